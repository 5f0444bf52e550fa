#include "api/files.h"

#include <cstdint>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "api/described/files.h"
#include "files/file_ids.h"
#include "http/query_fields.h"

namespace annals::api {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using http::Request;
using http::Response;

namespace {

/// Returns the size that the caller announces, if any. Throws InvalidInput.
std::optional<std::uint64_t> read_size(const Request& request) {
  constexpr std::int64_t kNotSent = -1;
  http::QueryFields query(request);
  const std::int64_t size = query.integer("size", {.min = 0, .fallback = kNotSent});
  query.forbid_others();
  query.check();
  if (size == kNotSent) return std::nullopt;
  return static_cast<std::uint64_t>(size);
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
  const auto size = read_size(request);
  const tenants::Tenant& tenant = *caller.tenant;
  if (const auto allowance = quotas_.of(tenant)) allowance->check_bytes(size.value_or(0));
  co_await files_.prepare(tenant.database);
  const files::TenantFile file{
      .owner = tenant.id, .database = tenant.database, .id = files::make_file_id(tenant.id)};
  const std::string url =
      files_.presign_upload(file, {.expires = url_time_, .size = size}, std::chrono::system_clock::now());
  const boost::json::object body{{"upload_url", url}, {"file_id", file.id.text()}};
  Response response = http::json(http::Status::ok, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

}  // namespace annals::api
