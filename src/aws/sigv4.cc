#include "aws/sigv4.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "crypto/digest.h"
#include "text/ascii.h"
#include "text/hex.h"
#include "text/percent_encoding.h"

namespace annals::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
constexpr std::size_t kDayLength = 8;  // of a timestamp's YYYYMMDD

/// Returns the time as `YYYYMMDD'T'HHMMSS'Z'`.
std::string timestamp_of(SigV4::Time now) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

std::string encoded_path(const std::string& path) {
  return text::percent_encode(path, "/");
}

/// Returns the query sorted by encoded name, then value, as the signature demands; the URL uses it too.
std::string encoded_query(const QueryParameters& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(query.size());
  for (const auto& [name, value] : query) {
    encoded.emplace_back(text::percent_encode(name), text::percent_encode(value));
  }
  std::ranges::sort(encoded);
  std::string text;
  for (const auto& [name, value] : encoded) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  }
  return text;
}

/// Returns the text without blanks at either end, and with single blanks inside.
std::string single_spaced(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && (result.empty() || result.ends_with(' '))) continue;
    result += blank ? ' ' : c;
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

/// Returns the headers as the signature covers them: sorted, Host included.
io::HttpHeaders canonical_headers(const UnsignedRequest& request) {
  io::HttpHeaders headers{{"host", request.host}};
  for (const auto& [name, value] : request.headers)
    headers.emplace_back(text::to_lower(name), single_spaced(value));
  std::ranges::sort(headers);
  return headers;
}

std::string names_of(const io::HttpHeaders& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += fmt::format("{}{}", names.empty() ? "" : ";", name);
  return names;
}

std::string canonical_request(const UnsignedRequest& request, const io::HttpHeaders& headers,
                              std::string_view payload_hash) {
  std::string header_lines;
  for (const auto& [name, value] : headers) header_lines += fmt::format("{}:{}\n", name, value);
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, encoded_path(request.path),
                     encoded_query(request.query), header_lines, names_of(headers), payload_hash);
}

std::string url_of(const UnsignedRequest& request) {
  const std::string query = encoded_query(request.query);
  return fmt::format("{}://{}{}{}{}", request.scheme, request.host, encoded_path(request.path),
                     query.empty() ? "" : "?", query);
}

}  // namespace

SigV4::SigV4(Credentials credentials, std::string region, std::string service)
    : credentials_(std::move(credentials)), region_(std::move(region)), service_(std::move(service)) {}

SignedRequest SigV4::sign(UnsignedRequest request, std::string_view body, Time now) const {
  const std::string timestamp = timestamp_of(now);
  const std::string payload_hash = crypto::sha256_hex(body);
  request.headers.emplace_back("x-amz-content-sha256", payload_hash);
  request.headers.emplace_back("x-amz-date", timestamp);
  if (credentials_.session_token) {
    request.headers.emplace_back("x-amz-security-token", credentials_.session_token->reveal());
  }
  const io::HttpHeaders headers = canonical_headers(request);
  std::string authorization =
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                  credentials_.access_key_id, scope(timestamp.substr(0, kDayLength)), names_of(headers),
                  signature(canonical_request(request, headers, payload_hash), timestamp));
  request.headers.emplace_back("Authorization", std::move(authorization));
  return {.url = url_of(request), .headers = std::move(request.headers)};
}

std::string SigV4::presign(UnsignedRequest request, std::chrono::seconds expires, Time now) const {
  if (expires < std::chrono::seconds(1) || expires > kMaxExpiry) {
    throw std::invalid_argument("a presigned URL is valid for one second to seven days");
  }
  const std::string timestamp = timestamp_of(now);
  const io::HttpHeaders headers = canonical_headers(request);
  request.query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  request.query.emplace_back("X-Amz-Credential", fmt::format("{}/{}", credentials_.access_key_id,
                                                             scope(timestamp.substr(0, kDayLength))));
  request.query.emplace_back("X-Amz-Date", timestamp);
  request.query.emplace_back("X-Amz-Expires", std::to_string(expires.count()));
  request.query.emplace_back("X-Amz-SignedHeaders", names_of(headers));
  if (credentials_.session_token) {
    request.query.emplace_back("X-Amz-Security-Token", credentials_.session_token->reveal());
  }
  const std::string proof = signature(canonical_request(request, headers, kUnsignedPayload), timestamp);
  return fmt::format("{}&X-Amz-Signature={}", url_of(request), proof);
}

std::string SigV4::scope(std::string_view day) const {
  return fmt::format("{}/{}/{}/aws4_request", day, region_, service_);
}

std::string SigV4::signature(std::string_view canonical_request, const std::string& timestamp) const {
  const std::string day = timestamp.substr(0, kDayLength);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, timestamp, scope(day), crypto::sha256_hex(canonical_request));
  crypto::Sha256 key = crypto::hmac_sha256("AWS4" + credentials_.secret_access_key.reveal(), day);
  for (const std::string_view part :
       {std::string_view(region_), std::string_view(service_), std::string_view("aws4_request")}) {
    key = crypto::hmac_sha256(crypto::bytes(key), part);
  }
  return text::to_hex(crypto::hmac_sha256(crypto::bytes(key), to_sign));
}

}  // namespace annals::aws
