#include "api/tenants.h"

#include <stdexcept>

#include <boost/json.hpp>

#include "access/errors.h"
#include "http/body_fields.h"
#include "http/query_fields.h"
#include "tenants/errors.h"
#include "text/time.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using http::Request;
using http::Response;
using http::Status;
using tenants::NewTenant;
using tenants::Tenant;

constexpr std::size_t kMaxLabel = 255;
constexpr std::int64_t kMaxPage = 1000;
constexpr std::int64_t kDefaultPage = 50;

bool is_database_name(std::string_view text) {
  return DatabaseName::parse(text).has_value();
}

/// Returns whether UTF-8 text contains no C0 or C1 control and no DEL.
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

boost::json::object encode(const Tenant& tenant) {
  return {{"client_id", tenant.id.text()},
          {"client_label", tenant.label},
          {"database_name", tenant.database.text()},
          {"state", name_of(tenant.state)},
          {"created_at", text::format_time(tenant.created_at)}};
}

Response respond(Status status, const boost::json::object& body) {
  return http::json(status, boost::json::serialize(body));
}

}  // namespace

void Tenants::add_to(http::Router& router, const Admission& admission) {
  using Place = http::Parameter::Place;
  const auto admit = [&admission, this](awaitable<Response> (Tenants::*handler)(Request)) {
    return admission.with(Permission::manage_tenants,
                          [this, handler](const Caller& /*caller*/, Request request) {
                            return (this->*handler)(std::move(request));
                          });
  };
  router.add({.method = "POST",
              .path = "/api/initialize-tenant",
              .operation = {.name = "initialize_tenant",
                            .summary = "Makes a tenant with a history database of its own.",
                            .answers = {{.status = 201, .summary = "The tenant's id and its secret."},
                                        {.status = 400, .summary = "The name or the label is taken."},
                                        {.status = 422, .summary = "The body is invalid."}}},
              .admit = admit(&Tenants::initialise)});
  router.add({.method = "DELETE",
              .path = "/api/delete-tenant",
              .operation = {.name = "delete_tenant",
                            .summary = "Deletes a tenant with its events and files.",
                            .parameters = {{.place = Place::header,
                                            .name = "X-Client-Id",
                                            .type = "string",
                                            .summary = "The tenant's id.",
                                            .required = true}},
                            .answers = {{.status = 204, .summary = "Nothing of the tenant is left."},
                                        {.status = 400, .summary = "No such tenant, or files not deleted."}}},
              .admit = admit(&Tenants::remove)});
  router.add(
      {.method = "GET",
       .path = "/api/tenants",
       .operation = {.name = "list_tenants",
                     .summary = "Lists the tenants, newest first.",
                     .parameters = {{.name = "limit", .type = "integer", .summary = "Tenants per page."},
                                    {.name = "offset", .type = "integer", .summary = "Tenants to skip."},
                                    {.name = "state",
                                     .type = "string",
                                     .summary = "Lists only tenants in this state."}},
                     .answers = {{.status = 200, .summary = "A page of tenants."},
                                 {.status = 422, .summary = "A parameter is invalid."}}},
       .admit = admit(&Tenants::list)});
  router.add({.method = "GET",
              .path = "/api/tenants/{client_id}",
              .operation = {.name = "get_tenant",
                            .summary = "Returns one tenant.",
                            .parameters = {{.place = Place::path,
                                            .name = "client_id",
                                            .type = "string",
                                            .summary = "The tenant's id.",
                                            .required = true}},
                            .answers = {{.status = 200, .summary = "The tenant."},
                                        {.status = 404, .summary = "There is no such tenant."}}},
              .admit = admit(&Tenants::show)});
}

awaitable<Response> Tenants::initialise(Request request) {
  NewTenant tenant = decode_new_tenant(request);
  const auto made = co_await lifecycle_.initialise(std::move(tenant));
  co_return respond(Status::created, {{"client_id", made.id.text()},
                                      {"client_secret", made.secret.reveal()},
                                      {"database_name", made.database.text()}});
}

// Takes a tenant that is not active too, because the same request resumes a failed deletion.
awaitable<Response> Tenants::remove(Request request) {
  const std::string header = request.agreed_header("x-client-id");
  if (header.empty()) throw access::missing_client();
  const auto id = ClientId::parse(header);
  if (!id) throw tenants::unknown_client();
  co_await lifecycle_.remove(*id);
  co_return http::no_content();
}

awaitable<Response> Tenants::list(Request request) {
  http::QueryFields fields(request);
  const auto limit = fields.integer("limit", {.min = 1, .max = kMaxPage, .fallback = kDefaultPage});
  const auto offset = fields.integer("offset", {.min = 0});
  const auto state_name = fields.one_of("state", {"creating", "active", "deleting"});
  fields.check();
  const auto state = state_name ? tenants::parse_state(*state_name) : std::nullopt;
  const auto page =
      co_await registry_.list(state, static_cast<std::uint64_t>(limit), static_cast<std::uint64_t>(offset));

  boost::json::array results;
  for (const Tenant& tenant : page.tenants) results.push_back(encode(tenant));
  co_return respond(Status::ok, {{"limit", limit},
                                 {"offset", offset},
                                 {"total_count", page.total_count},
                                 {"results", std::move(results)}});
}

awaitable<Response> Tenants::show(Request request) {
  const auto id = ClientId::parse(request.path_parameters.at("client_id"));
  std::optional<Tenant> tenant;
  if (id) tenant = co_await registry_.find(*id);
  if (!tenant) throw tenants::tenant_not_found();
  co_return respond(Status::ok, encode(*tenant));
}

}  // namespace annals::api
