#include "api/viewer_tokens.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "api/described/limits.h"
#include "api/described/viewer_tokens.h"
#include "api/history_query.h"
#include "events/string_ids.h"
#include "http/body_fields.h"
#include "tenants/errors.h"
#include "text/time.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using access::ViewerGrant;
using boost::asio::awaitable;
using events::Filter;
using events::IdColumn;
using http::BodyFields;
using http::Request;
using http::Response;

// Null is refused where it might stand for a value that the sender has lost: without its filter a token would
// show everything.

std::vector<EventId> read_event_ids(BodyFields& fields) {
  fields.refuse_null("event_id");
  std::vector<EventId> ids;
  for (const Uuid& uuid :
       fields.nullable_uuids("event_id", described::kMaxViewerValues).value_or(std::vector<Uuid>())) {
    ids.emplace_back(uuid);
  }
  return ids;
}

std::optional<Timestamp> read_bound(BodyFields& fields, std::string_view name) {
  const auto text = fields.optional_text(name, {});
  if (!text) return std::nullopt;
  const auto time = parse_bound(*text);
  if (!time) fields.add_problem(name, input::not_a_time());
  return time;
}

std::vector<std::string> read_terms(BodyFields& fields) {
  const auto text = fields.optional_text("q", {});
  if (!text) return {};
  auto terms = search_terms(*text);
  if (terms) return *std::move(terms);
  fields.add_problem("q", std::move(terms.error()));
  return {};
}

/// Reads the values of each field, by its name.
std::vector<events::FieldFilter> read_fields(BodyFields& fields) {
  std::vector<events::FieldFilter> filters;
  for (std::string& name : fields.names()) {
    auto values = fields.texts(name, {}, described::kMaxViewerValues);
    if (!events::parse_field(name)) fields.add_problem(name, input::not_a_field());
    filters.push_back({.name = std::move(name), .values = std::move(values)});
  }
  return filters;
}

/// Reads the parts of a filter that GET /api/history/events knows, in the same order.
Filter read_filter(BodyFields& fields) {
  const auto ids = [&fields](IdColumn column) {
    return fields.optional_ids(name_of(column), max_of(column), described::kMaxViewerValues);
  };
  Filter filter;
  filter.record_ids = ids(IdColumn::record_id);
  filter.event_type_ids = ids(IdColumn::event_type_id);
  filter.source_type_ids = ids(IdColumn::source_type_id);
  filter.source_ids = ids(IdColumn::source_id);
  filter.event_ids = read_event_ids(fields);
  const auto from = read_bound(fields, "event_time_from");
  set_bounds(filter, from, read_bound(fields, "event_time_to"));
  filter.terms = read_terms(fields);
  if (fields.has("fields")) {
    fields.object("fields", [&](BodyFields& parts) {
      if (parts.names().size() > described::kMaxFields) {
        fields.add_problem("fields", input::more_items_than(described::kMaxFields));
      } else {
        filter.fields = read_fields(parts);
      }
    });
  }
  fields.forbid_others();
  return filter;
}

std::set<Permission> read_permissions(BodyFields& fields) {
  const std::vector<std::string> names{std::string(access::viewer_permission_name(Permission::read_history)),
                                       std::string(access::viewer_permission_name(Permission::read_files))};
  if (!fields.has("permissions")) return {Permission::read_history};
  std::set<Permission> permissions;
  for (const std::string& name : fields.optional_choices("permissions", names)) {
    const auto permission = access::parse_viewer_permission(name);
    if (!permission) throw std::logic_error("a permission passed the check that the parser refuses");
    permissions.insert(*permission);
  }
  return permissions;
}

ViewerGrant decode(const Request& request, const Caller& caller) {
  BodyFields fields(request);
  ViewerGrant grant{.client_id = ClientId(fields.uuid("client_id")),
                    .key_id = KeyId::parse(caller.key_id),  // that of a configured key is no UUID
                    .issued_at = text::now(),
                    .expires_at = {}};
  Filter filter;
  fields.object("filter", [&filter](BodyFields& parts) { filter = read_filter(parts); });
  grant.permissions = read_permissions(fields);
  const auto seconds = fields.has("expires_in")
                           ? fields.integer("expires_in", 1, described::kMaxViewerSeconds)
                           : described::kDefaultViewerSeconds;
  fields.forbid_others();
  fields.check();
  grant.expires_at = grant.issued_at + std::chrono::seconds(seconds);
  if (filter != Filter{}) grant.visible = std::make_shared<const Filter>(std::move(filter));
  return grant;
}

[[noreturn]] void refuse_long_token() {
  constexpr std::size_t kMax = access::ViewerTokens::kMaxLength;
  throw input::InvalidInput({input::at({"body", "filter"}, input::token_longer_than(kMax))});
}

}  // namespace

void ViewerTokens::add_to(http::Router& router, const Admission& admission) {
  router.add({.method = "POST",
              .path = "/api/viewer-tokens",
              .operation = described::create_viewer_token(),
              .admit = admission.with(Permission::make_viewer_tokens, [this](Caller caller, Request request) {
                return create(std::move(caller), std::move(request));
              })});
}

/// Returns the tenant if the caller may learn that there is one.
awaitable<tenants::Tenant> ViewerTokens::named_tenant(Caller caller, ClientId id) {
  if (!caller.may_touch(id)) throw tenants::tenant_not_found();
  const auto tenant = co_await parts_.directory.find(id.text());
  if (!tenant) throw tenants::tenant_not_found();
  if (tenant->is_suspended) throw tenants::client_suspended();
  co_return *tenant;
}

awaitable<Response> ViewerTokens::create(Caller caller, Request request) {
  const ViewerGrant grant = decode(request, caller);
  co_await parts_.tokens.prepare();
  const auto tenant = co_await named_tenant(caller, grant.client_id);
  const auto token = parts_.tokens.make(grant, tenant, caller.key_id);
  if (token.reveal().size() > access::ViewerTokens::kMaxLength) refuse_long_token();
  const boost::json::object body{{"token", token.reveal()},
                                 {"expires_at", text::format_time(grant.expires_at)}};
  co_return http::json(http::Status::created, boost::json::serialize(body));
}

}  // namespace annals::api
