#include "api/files.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "api/described/files.h"
#include "crypto/digest.h"
#include "files/file_ids.h"
#include "files/file_name.h"
#include "http/query_fields.h"
#include "input/problems.h"
#include "text/ascii.h"
#include "text/hex.h"

namespace annals::api {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using http::QueryFields;
using http::Request;
using http::Response;

namespace {

using input::FieldProblem;

constexpr std::string_view kDigestPattern = "^[0-9A-Fa-f]{64}$";

std::optional<std::uint64_t> read_bytes(QueryFields& query, std::string_view name) {
  constexpr std::int64_t kNotSent = -1;
  const std::int64_t bytes = query.integer(name, {.min = 0, .fallback = kNotSent});
  return bytes == kNotSent ? std::nullopt : std::optional(static_cast<std::uint64_t>(bytes));
}

/// Reads a text, which is empty if the parameter is absent or after adding a problem.
std::string read_text(QueryFields& query, std::string_view name,
                      std::optional<FieldProblem> (*problem_of)(const std::string& text)) {
  auto text = query.text(name);
  if (!text) return {};
  auto problem = problem_of(*text);
  if (!problem) return *std::move(text);
  query.add_problem(name, *std::move(problem));
  return {};
}

std::optional<FieldProblem> problem_of_name(const std::string& name) {
  if (name.empty()) return input::shorter_than(1);
  if (!files::is_file_name(name)) return input::no_match(files::kNamePattern);
  if (name.size() > files::kMaxNameBytes) return input::more_bytes_than(files::kMaxNameBytes);
  return std::nullopt;
}

std::optional<FieldProblem> problem_of_type(const std::string& type) {
  if (!files::is_media_type(type)) return input::no_match(files::kMediaTypePattern);
  if (type.size() > files::kMaxTypeLength) return input::longer_than(files::kMaxTypeLength);
  return std::nullopt;
}

std::optional<FieldProblem> problem_of_digest(const std::string& digits) {
  crypto::Sha256 digest{};
  if (!text::from_hex(digits, digest)) return input::no_match(kDigestPattern);
  return std::nullopt;
}

/// Reads what the URL is bound to. Throws InvalidInput.
files::UploadTerms read_terms(const Request& request, std::chrono::seconds expires) {
  QueryFields query(request);
  files::UploadTerms terms{.expires = expires, .size = read_bytes(query, "size")};
  terms.filename = read_text(query, "filename", problem_of_name);
  terms.content_type = read_text(query, "content_type", problem_of_type);
  terms.max_bytes = read_bytes(query, "max_bytes");
  terms.sha256 = text::to_lower(read_text(query, "sha256", problem_of_digest));
  if (terms.size && terms.max_bytes && *terms.size > *terms.max_bytes) {
    query.add_problem("size", input::greater_than(*terms.max_bytes));
  }
  query.forbid_others();
  query.check();
  return terms;
}

/// Returns the headers that an upload must have, as an object.
boost::json::object headers_of(const files::RequestHeaders& headers) {
  boost::json::object object;
  for (const auto& [name, value] : headers) object[name] = value;
  return object;
}

}  // namespace

void Files::add_to(http::Router& router, const Admission& admission) {
  router.add({.method = "GET",
              .path = "/api/files/upload-url",
              .operation = described::get_upload_url(),
              .admit = admission.with(Permission::attach_files, [this](Caller caller, Request request) {
                return upload_url(std::move(caller), std::move(request));
              })});
}

awaitable<Response> Files::upload_url(Caller caller, Request request) {
  const auto terms = read_terms(request, url_time_);
  const tenants::Tenant& tenant = *caller.tenant;
  if (const auto allowance = quotas_.of(tenant)) allowance->check_bytes(terms.size.value_or(0));
  co_await files_.prepare(tenant.database);
  const files::TenantFile file{
      .owner = tenant.id, .database = tenant.database, .id = files::make_file_id(tenant.id)};
  const std::string url = files_.presign_upload(file, terms, std::chrono::system_clock::now());
  boost::json::object body{{"upload_url", url}, {"file_id", file.id.text()}};
  if (terms.binds()) body["headers"] = headers_of(files_.upload_headers(terms));
  Response response = http::json(http::Status::ok, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

}  // namespace annals::api
