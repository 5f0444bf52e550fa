#include "api/tenants.h"

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>

#include <boost/json.hpp>

#include "access/errors.h"
#include "api/described/limits.h"
#include "api/described/tenants.h"
#include "http/body_fields.h"
#include "http/query_fields.h"
#include "tenants/errors.h"
#include "text/time.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using described::kMaxLabel;
using described::kMaxOverlap;
using described::kMaxRetention;
using http::Request;
using http::Response;
using http::Status;
using tenants::NewTenant;
using tenants::Tenant;

bool is_database_name(std::string_view text) {
  return DatabaseName::parse(text).has_value();
}

NewTenant decode_new_tenant(const Request& request) {
  http::BodyFields fields(request);
  const std::string name = fields.text("database_name", {.min_length = 1,
                                                         .max_length = DatabaseName::kMaxLength,
                                                         .pattern = DatabaseName::kPattern,
                                                         .matches = is_database_name});
  std::string label = fields.text("client_label", http::name_rule(kMaxLabel));
  fields.check();
  auto database = DatabaseName::parse(name);
  if (!database) throw std::logic_error("a name passed the check that the parser refuses");
  return {.database = *std::move(database), .label = std::move(label)};
}

std::map<tenants::Quota, std::optional<std::uint64_t>> read_quotas(http::BodyFields& fields) {
  std::map<tenants::Quota, std::optional<std::uint64_t>> quotas;
  tenants::for_each_quota([&](tenants::Quota quota, std::string_view name) {
    if (!fields.has(name)) return;
    quotas.emplace(quota, fields.nullable_integer(name, 0, static_cast<std::int64_t>(tenants::kMaxQuota)));
  });
  fields.forbid_others();
  return quotas;
}

tenants::TenantChange decode_change(const Request& request) {
  http::BodyFields fields(request);
  tenants::TenantChange change{.label = fields.optional_text("client_label", http::name_rule(kMaxLabel)),
                               .is_suspended = fields.optional_flag("suspended")};
  if (fields.has("retention_days")) {
    const auto days = fields.nullable_integer("retention_days", 1, kMaxRetention);
    change.retention_days = static_cast<std::uint32_t>(days.value_or(0));
  }
  if (fields.has("quotas")) {
    fields.object("quotas", [&change](http::BodyFields& quotas) { change.quotas = read_quotas(quotas); });
  }
  fields.forbid_others();
  fields.check();
  return change;
}

std::chrono::seconds decode_overlap(const Request& request) {
  http::BodyFields fields(request);
  const auto overlap = fields.integer("overlap_seconds", 0, kMaxOverlap);
  fields.forbid_others();
  fields.check();
  return std::chrono::seconds(overlap);
}

/// Returns a number of days, or null for ever.
boost::json::value days_of(std::uint32_t days) {
  return days == 0 ? boost::json::value() : boost::json::value(days);
}

boost::json::object encode(const tenants::QuotaValues& quotas) {
  boost::json::object object;
  tenants::for_each_quota([&](tenants::Quota quota, std::string_view name) {
    if (quotas[quota]) object[name] = *quotas[quota];
  });
  return object;
}

boost::json::object encode(const Tenant& tenant) {
  boost::json::object object{{"client_id", tenant.id.text()},
                             {"client_label", tenant.label},
                             {"database_name", tenant.database.text()},
                             {"state", name_of(tenant.state)},
                             {"created_at", text::format_time(tenant.created_at)}};
  if (tenant.is_suspended) object["suspended"] = true;
  if (tenant.own_retention_days) object["retention_days"] = days_of(*tenant.own_retention_days);
  if (tenant.quotas.any()) object["quotas"] = encode(tenant.quotas);
  return object;
}

/// Returns the policy of retention, and what its enforcement has done.
boost::json::object encode_retention(const Tenant& tenant) {
  const auto& status = tenant.retention;
  boost::json::object object{{"days", days_of(tenant.retention_days)},
                             {"last_run_at", nullptr},
                             {"oldest_event", nullptr},
                             {"rows_removed", status.rows_removed},
                             {"files_removed", status.files_removed}};
  if (!status.last_run) return object;
  object["last_run_at"] = text::format_time(status.last_run->at);
  object["last_rows_removed"] = status.last_run->rows_removed;
  object["last_files_removed"] = status.last_run->files_removed;
  if (status.last_run->oldest_event)
    object["oldest_event"] = text::format_time(*status.last_run->oldest_event);
  return object;
}

/// Returns the quotas that apply, with what is used of them where that is counted.
boost::json::object encode(const quotas::Allowance::Usage& usage) {
  boost::json::object object;
  tenants::for_each_quota([&](tenants::Quota quota, std::string_view name) {
    const auto limit = usage.limits[quota].value_or(0);
    if (limit > 0) object[name] = boost::json::object{{"limit", limit}};
  });
  if (auto* today = object.if_contains("bytes_per_day")) today->as_object()["used"] = usage.bytes_today;
  if (auto* stored = object.if_contains("stored_bytes")) {
    boost::json::object& members = stored->as_object();
    members["used"] = usage.stored ? boost::json::value(usage.stored->bytes) : boost::json::value();
    members["measured_at"] =
        usage.stored ? boost::json::value(text::format_time(usage.stored->at)) : boost::json::value();
  }
  return object;
}

template <class Value>
boost::json::value null_or(const std::optional<Value>& value) {
  return value ? boost::json::value(*value) : boost::json::value();
}

boost::json::object encode(const quotas::EventUsage& usage) {
  const auto& newest = usage.newest_event_time;
  return {{"events", null_or(usage.events)},
          {"stored_bytes", null_or(usage.stored_bytes)},
          {"last_event_at", newest ? boost::json::value(text::format_time(*newest)) : boost::json::value()}};
}

bool is_active(const Tenant& tenant) {
  return tenant.state == tenants::TenantState::active;
}

/// Returns the tenant that a deletion names. Throws if the caller may not learn that there is one.
ClientId tenant_to_remove(const Caller& caller, const Request& request) {
  const std::string header = request.agreed_header("x-client-id");
  if (header.empty()) throw access::missing_client();
  const auto id = ClientId::parse(header);
  if (!id || !caller.may_touch(*id)) throw tenants::unknown_client();
  return *id;
}

Response respond(Status status, const boost::json::object& body) {
  return http::json(status, boost::json::serialize(body));
}

}  // namespace

void Tenants::add_to(http::Router& router, const Admission& admission) {
  const auto admit = [&admission, this](Permission permission,
                                        awaitable<Response> (Tenants::*handler)(Caller, Request),
                                        ActCheck check = nullptr) {
    return admission.with(
        permission,
        [this, handler](Caller caller, Request request) {
          return (this->*handler)(std::move(caller), std::move(request));
        },
        std::move(check));
  };
  const ActCheck check_new = [](const Caller& /*caller*/, const Request& request) {
    (void)decode_new_tenant(request);
  };
  const ActCheck check_change = [](const Caller& caller, const Request& request) {
    (void)named_tenant(caller, request);
    (void)decode_change(request);
  };
  const ActCheck check_overlap = [](const Caller& caller, const Request& request) {
    (void)named_tenant(caller, request);
    (void)decode_overlap(request);
  };
  router.add({.method = "POST",
              .path = "/api/initialize-tenant",
              .operation = described::initialize_tenant(),
              .admit = admit(Permission::make_tenants, &Tenants::initialise, check_new)});
  router.add({.method = "DELETE",
              .path = "/api/delete-tenant",
              .operation = described::delete_tenant(),
              .admit = admit(Permission::manage_tenants, &Tenants::remove, tenant_to_remove)});
  router.add({.method = "GET",
              .path = "/api/tenants",
              .operation = described::list_tenants(),
              .admit = admit(Permission::list_tenants, &Tenants::list)});
  router.add({.method = "GET",
              .path = "/api/tenants/{client_id}",
              .operation = described::get_tenant(),
              .admit = admit(Permission::list_tenants, &Tenants::show)});
  router.add({.method = "PATCH",
              .path = "/api/tenants/{client_id}",
              .operation = described::change_tenant(),
              .admit = admit(Permission::manage_tenants, &Tenants::change, check_change)});
  router.add({.method = "POST",
              .path = "/api/tenants/{client_id}/rotate-secret",
              .operation = described::rotate_tenant_secret(),
              .admit = admit(Permission::rotate_secret, &Tenants::rotate_secret, check_overlap)});
}

awaitable<Response> Tenants::initialise(Caller /*caller*/, Request request) {
  NewTenant tenant = decode_new_tenant(request);
  const auto made = co_await parts_.lifecycle.initialise(std::move(tenant));
  co_return respond(Status::created, {{"client_id", made.id.text()},
                                      {"client_secret", made.secret.reveal()},
                                      {"database_name", made.database.text()}});
}

// Takes a tenant that is not active too, because the same request resumes a failed deletion.
awaitable<Response> Tenants::remove(Caller caller, Request request) {
  co_await parts_.lifecycle.remove(tenant_to_remove(caller, request));
  co_return http::no_content();
}

awaitable<Response> Tenants::list(Caller caller, Request request) {
  http::QueryFields fields(request);
  const auto limit = fields.integer("limit", described::kPageLimit);
  const auto offset = fields.integer("offset", described::kPageOffset);
  const auto state_name = fields.one_of("state", {"creating", "active", "deleting"});
  tenants::TenantFilter filter{.database = fields.text("database_name"),
                               .label = fields.text("client_label")};
  const bool with_usage = fields.flag("usage").value_or(false);
  fields.forbid_others();
  fields.check();
  if (state_name) filter.state = tenants::parse_state(*state_name);
  if (caller.bound_to) filter.ids = *caller.bound_to;
  const auto page = co_await parts_.registry.list(std::move(filter), static_cast<std::uint64_t>(limit),
                                                  static_cast<std::uint64_t>(offset));

  quotas::EventUsages::ByTenant usages;
  if (with_usage) usages = co_await usages_.of_many(page.tenants);

  boost::json::array results;
  for (const Tenant& tenant : page.tenants) {
    boost::json::object object = encode(tenant);
    if (with_usage && is_active(tenant)) object["usage"] = encode(usages[tenant.id]);
    results.push_back(std::move(object));
  }
  co_return respond(Status::ok, {{"limit", limit},
                                 {"offset", offset},
                                 {"total_count", page.total_count},
                                 {"results", std::move(results)}});
}

awaitable<Response> Tenants::show(Caller caller, Request request) {
  const ClientId id = named_tenant(caller, request);
  http::QueryFields fields(request);
  const bool with_usage = fields.flag("usage").value_or(false);
  fields.check();
  const auto tenant = co_await parts_.registry.find(id);
  if (!tenant) throw tenants::tenant_not_found();
  boost::json::object body = encode(*tenant);
  if (with_usage && is_active(*tenant)) {
    const auto usage = co_await usages_.of_one(*tenant);
    body["usage"] = encode(usage);
  }
  if (tenant->retention_days > 0 || tenant->retention.last_run) body["retention"] = encode_retention(*tenant);
  const auto allowance = parts_.quotas.of(*tenant);
  if (allowance) body["quota_usage"] = encode(allowance->usage());
  co_return respond(Status::ok, body);
}

awaitable<Response> Tenants::change(Caller caller, Request request) {
  const ClientId id = named_tenant(caller, request);
  auto wanted = decode_change(request);
  const auto tenant = co_await parts_.administration.change(id, std::move(wanted));
  co_return respond(Status::ok, encode(tenant));
}

awaitable<Response> Tenants::rotate_secret(Caller caller, Request request) {
  const ClientId id = named_tenant(caller, request);
  const auto overlap = decode_overlap(request);
  const auto rotated = co_await parts_.administration.rotate_secret(id, overlap);
  co_return respond(Status::ok, {{"client_secret", rotated.secret.reveal()},
                                 {"previous_valid_until", text::format_time(rotated.previous_valid_until)}});
}

}  // namespace annals::api
