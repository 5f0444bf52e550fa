#include "http/cross_origin.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "text/ascii.h"

namespace annals::http {
namespace {

// The headers that routes read and that a page may not send unasked. `*` would not include Authorization.
constexpr std::string_view kRequestHeaders =
    "Authorization, Cache-Control, Content-Disposition, Content-Encoding, Content-Type, If-Match, "
    "If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Last-Event-ID, Range, "
    "X-API-Key, X-Annals-Numbers, X-Client-Id, X-Client-Secret, X-Request-Id";
// The headers of answers that a page could not read otherwise.
constexpr std::string_view kResponseHeaders =
    "Accept-Ranges, Allow, Content-Disposition, Content-Encoding, Content-Range, Date, ETag, Location, "
    "Retry-After, WWW-Authenticate, X-Annals-Cursor, X-Request-Id";
constexpr std::string_view kGrant = "Access-Control-Allow-Origin";
// The longest for which Chromium keeps the answer to a preflight, in seconds.
constexpr std::string_view kMaxAge = "7200";
constexpr std::string_view kVaryOfPreflight = "Access-Control-Request-Method, Access-Control-Request-Headers";

// Returns whether a header belongs to a family whose names nobody can list: the attributes of a CloudEvent,
// and what clients of S3 send with an upload.
bool is_of_open_family(std::string_view name) {
  const auto is_token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return (name.starts_with("ce-") || name.starts_with("x-amz-")) && std::ranges::all_of(name, is_token);
}

// Returns the headers that the page may send: those of every route, and those of a family that it asks for.
std::string request_headers(const std::string& asked_for) {
  std::string result(kRequestHeaders);
  std::string_view rest = asked_for;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    const std::string name = text::to_lower(text::trim(rest.substr(0, comma)));
    if (is_of_open_family(name)) result += ", " + name;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return result;
}

bool says_who_reads_it(const Response& response) {
  const auto is_grant = [](const auto& header) { return header.first == kGrant; };
  return std::ranges::any_of(response.headers, is_grant);
}

}  // namespace

CrossOrigin::CrossOrigin(std::vector<std::string> origins)
    : origins_(std::move(origins)), any_(std::ranges::find(origins_, "*") != origins_.end()) {}

bool CrossOrigin::allows(const std::string& origin) const {
  return any_ || (!origin.empty() && std::ranges::find(origins_, origin) != origins_.end());
}

bool CrossOrigin::is_allowed_preflight(const Request& request) const {
  const bool asks = request.method == "OPTIONS" && request.header("origin") != nullptr &&
                    request.header("access-control-request-method") != nullptr;
  return asks && allows(request.agreed_header("origin"));
}

Response CrossOrigin::preflight(const Request& request, std::vector<std::string> methods) {
  const auto has = [&](std::string_view method) {
    return std::ranges::find(methods, method) != methods.end();
  };
  if (has("GET") && !has("HEAD")) methods.emplace_back("HEAD");
  Response response = no_content();
  const auto asked_for = request.list_header("access-control-request-headers");
  response.headers = {{"Access-Control-Allow-Methods", fmt::format("{}", fmt::join(methods, ", "))},
                      {"Access-Control-Allow-Headers", request_headers(asked_for.value_or(""))},
                      {"Access-Control-Max-Age", std::string(kMaxAge)},
                      {"Vary", std::string(kVaryOfPreflight)}};
  return response;
}

// Every answer says that it depends on the origin, also one to a request without any: a cache would give it
// to others.
void CrossOrigin::add_headers(Response& response, const std::string& origin) const {
  if (origins_.empty() || says_who_reads_it(response)) return;
  response.headers.emplace_back("Vary", "Origin");
  if (!allows(origin)) return;
  response.headers.emplace_back(kGrant, any_ ? "*" : origin);
  response.headers.emplace_back("Access-Control-Expose-Headers", kResponseHeaders);
}

}  // namespace annals::http
