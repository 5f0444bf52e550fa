#include "api/tenants.h"

#include <stdexcept>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/json.hpp>

#include "error.h"
#include "http/fields.h"

namespace annals::api {
namespace {

using boost::asio::awaitable;
using http::Request;
using http::Response;
using http::Status;
using tenants::NewTenant;
using tenants::parse_state;
using tenants::Tenant;

constexpr std::size_t kMaxLabel = 255;
constexpr std::int64_t kMaxPage = 1000;
constexpr std::int64_t kDefaultPage = 50;

bool is_database_name(std::string_view text) {
  return DatabaseName::parse(text).has_value();
}

/// No C0 or C1 control and no DEL, in UTF-8.
bool has_no_controls(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

NewTenant decode_new_tenant(const Request& request) {
  http::BodyFields fields(request);
  const std::string name = fields.text("database_name", {.min_length = 1,
                                                         .max_length = DatabaseName::kMaxLength,
                                                         .pattern = DatabaseName::kPattern,
                                                         .matches = is_database_name});
  std::string label = fields.text("client_label", {.min_length = 1,
                                                   .max_length = kMaxLabel,
                                                   .pattern = R"(^[^\x00-\x1f\x7f-\x9f]*$)",
                                                   .matches = has_no_controls});
  fields.check();
  auto database = DatabaseName::parse(name);
  if (!database) throw std::logic_error("a name passed the check that the parser refuses");
  return {.database = *std::move(database), .label = std::move(label)};
}

/// "2026-11-23T20:37:00.123Z"
std::string format_time(Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, (time - seconds).count());
}

boost::json::object encode(const Tenant& tenant) {
  return {{"client_id", tenant.id.text()},
          {"client_label", tenant.label},
          {"database_name", tenant.database.text()},
          {"state", name_of(tenant.state)},
          {"created_at", format_time(tenant.created_at)}};
}

Response respond(Status status, const boost::json::object& body) {
  return http::json(status, boost::json::serialize(body));
}

}  // namespace

void TenantHandlers::add_to(http::Router& router) {
  using http::Access;
  router.add({.method = "POST",
              .path = "/api/initialize-tenant",
              .access = Access::platform,
              .handler = [this](Request request) { return initialise(std::move(request)); }});
  router.add({.method = "DELETE",
              .path = "/api/delete-tenant",
              .access = Access::platform,
              .handler = [this](Request request) { return remove(std::move(request)); }});
  router.add({.method = "GET",
              .path = "/api/tenants",
              .access = Access::platform,
              .handler = [this](Request request) { return list(std::move(request)); }});
  router.add({.method = "GET",
              .path = "/api/tenants/{client_id}",
              .access = Access::platform,
              .handler = [this](Request request) { return show(std::move(request)); }});
}

awaitable<Response> TenantHandlers::initialise(Request request) {
  NewTenant wish = decode_new_tenant(request);
  const auto made = co_await lifecycle_.initialise(std::move(wish));
  co_return respond(Status::created, {{"client_id", made.id.text()},
                                      {"client_secret", made.secret.reveal()},
                                      {"database_name", made.database.text()}});
}

awaitable<Response> TenantHandlers::remove(Request request) {
  const std::string header = request.agreed_header("x-client-id");
  if (header.empty()) throw Error(ErrorCode::missing_client, "Unauthorized Client.");
  const auto id = ClientId::parse(header);
  if (!id) throw Error(ErrorCode::unknown_client, "Failed to connect to tenant db.");
  co_await lifecycle_.remove(*id);
  co_return http::no_content();
}

awaitable<Response> TenantHandlers::list(Request request) {
  http::QueryFields fields(request);
  const auto limit = fields.integer("limit", {.min = 1, .max = kMaxPage, .fallback = kDefaultPage});
  const auto offset = fields.integer("offset", {.min = 0});
  const auto state_name = fields.one_of("state", {"creating", "active", "deleting"});
  fields.check();
  const auto state = state_name ? parse_state(*state_name) : std::nullopt;
  const auto page =
      co_await registry_.list(state, static_cast<std::uint64_t>(limit), static_cast<std::uint64_t>(offset));

  boost::json::array results;
  for (const Tenant& tenant : page.tenants) results.push_back(encode(tenant));
  co_return respond(Status::ok, {{"limit", limit},
                                 {"offset", offset},
                                 {"total_count", page.total_count},
                                 {"results", std::move(results)}});
}

awaitable<Response> TenantHandlers::show(Request request) {
  const auto id = ClientId::parse(request.path_parameters.at("client_id"));
  std::optional<Tenant> tenant;
  if (id) tenant = co_await registry_.find(*id);
  if (!tenant) throw Error(ErrorCode::tenant_not_found, "Tenant not found.");
  co_return respond(Status::ok, encode(*tenant));
}

}  // namespace annals::api
