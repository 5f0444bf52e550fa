#include "api/described/tenant_schemas.h"

#include <string>
#include <string_view>
#include <vector>

#include "api/described/common.h"
#include "api/described/limits.h"
#include "ids/database_name.h"
#include "tenants/quota.h"

namespace annals::api::described {
namespace {

using http::Schema;
namespace schemas = http::schemas;

Schema label() {
  return name_for_people(kMaxLabel);
}

Schema database_name() {
  return schemas::text(1, DatabaseName::kMaxLength, DatabaseName::kPattern);
}

Schema days() {
  return schemas::nullable(schemas::integer(1, kMaxRetention));
}

/// Returns an object with one optional member for each quota.
Schema of_quotas(const Schema& one, const std::string& summary, schemas::Others others) {
  std::vector<schemas::Member> members;
  tenants::for_each_quota([&](tenants::Quota /*quota*/, std::string_view name) {
    members.push_back({.name = std::string(name), .type = one, .summary = summary, .optional = true});
  });
  return schemas::object(members, others);
}

std::vector<schemas::Member> members_of_tenant() {
  return {
      {.name = "client_id", .type = schemas::uuid(), .summary = "The tenant's id, for X-Client-Id."},
      {.name = "client_label", .type = schemas::text(), .summary = "What people call it."},
      {.name = "database_name", .type = schemas::text(), .summary = "The database that has its history."},
      {.name = "state",
       .type = schemas::words({"creating", "active", "deleting"}),
       .summary = "Only an active tenant takes and gives events."},
      {.name = "created_at", .type = schemas::time(), .summary = "When it was made."},
      {.name = "suspended",
       .type = Schema("boolean"),
       .summary = "Whether all use of its data is refused; left out unless it is.",
       .optional = true},
      {.name = "retention_days",
       .type = days(),
       .summary = "For how many days after their time its events are kept, if that was set; null: for ever.",
       .optional = true},
      {.name = "quotas",
       .type = of_quotas(schemas::count(), "The limit; 0: none.", schemas::Others::unsaid),
       .summary = "Its own quotas, if there are any.",
       .optional = true}};
}

Schema retention() {
  const auto no_more = schemas::nullable(schemas::time());
  return schemas::named(
      "Retention", "The policy of retention, and what its enforcement has done.",
      schemas::object(
          {{.name = "days", .type = days(), .summary = "The policy; null: events are kept."},
           {.name = "last_run_at", .type = no_more, .summary = "When it was enforced last."},
           {.name = "oldest_event", .type = no_more, .summary = "The oldest event's time then."},
           {.name = "rows_removed", .type = schemas::count(), .summary = "Events removed so far."},
           {.name = "files_removed", .type = schemas::count(), .summary = "Files removed so far."},
           {.name = "last_rows_removed",
            .type = schemas::count(),
            .summary = "Events that the last run removed.",
            .optional = true},
           {.name = "last_files_removed",
            .type = schemas::count(),
            .summary = "Files that the last run removed.",
            .optional = true}}));
}

Schema quota_usage() {
  const auto one = schemas::named(
      "QuotaUsage", "A limit, with what is used of it where that is counted.",
      schemas::object({{.name = "limit", .type = schemas::count(), .summary = "The limit that applies."},
                       {.name = "used",
                        .type = schemas::nullable(schemas::count()),
                        .summary = "What is used; null: not measured yet.",
                        .optional = true},
                       {.name = "measured_at",
                        .type = schemas::nullable(schemas::time()),
                        .summary = "When that was measured.",
                        .optional = true}}));
  return of_quotas(one, "This quota.", schemas::Others::unsaid);
}

Schema usage() {
  return schemas::named(
      "TenantUsage", "What the engine has of a tenant's events. What is not known is null.",
      schemas::object({{.name = "events",
                        .type = schemas::nullable(schemas::count()),
                        .summary = "How many events are in its table."},
                       {.name = "stored_bytes",
                        .type = schemas::nullable(schemas::count()),
                        .summary = "How many bytes they take on the engine's disk, compressed."},
                       {.name = "last_event_at",
                        .type = schemas::nullable(schemas::time()),
                        .summary = "The newest `event_time`; null also if there is no event."}}));
}

schemas::Member usage_member() {
  return {.name = "usage",
          .type = usage(),
          .summary = "What an active tenant has stored, with `usage=true`.",
          .optional = true};
}

}  // namespace

Schema tenant() {
  return schemas::named("Tenant", "One client instance.", schemas::object(members_of_tenant()));
}

Schema listed_tenant() {
  auto members = members_of_tenant();
  members.push_back(usage_member());
  return schemas::named("ListedTenant", "One client instance in a list.", schemas::object(members));
}

Schema tenant_in_full() {
  auto members = members_of_tenant();
  members.push_back({.name = "retention",
                     .type = retention(),
                     .summary = "What retention has done, if there is a policy or was one.",
                     .optional = true});
  members.push_back({.name = "quota_usage",
                     .type = quota_usage(),
                     .summary = "What applies, if anything is limited.",
                     .optional = true});
  members.push_back(usage_member());
  return schemas::named("TenantInFull", "One client instance, with what was done and used.",
                        schemas::object(members));
}

Schema new_tenant() {
  return schemas::named(
      "NewTenant", "A tenant that is to be made.",
      schemas::object({{.name = "database_name",
                        .type = database_name(),
                        .summary = "Unique; it becomes a database and the prefix of the tenant's files."},
                       {.name = "client_label", .type = label(), .summary = "Unique; shown to people."}},
                      schemas::Others::ignored));
}

Schema made_tenant() {
  return schemas::named(
      "MadeTenant", "A tenant that was made, with its secret.",
      schemas::object(
          {{.name = "client_id", .type = schemas::uuid(), .summary = "The tenant's id, for X-Client-Id."},
           {.name = "client_secret", .type = schemas::secret(), .summary = "Shown in this answer only."},
           {.name = "database_name", .type = schemas::text(), .summary = "As it was asked for."}}));
}

Schema tenant_change() {
  const auto limit = schemas::nullable(schemas::integer(0, tenants::kMaxQuota));
  return schemas::named(
      "TenantChange", "What is to change of a tenant; what is left out stays.",
      schemas::object(
          {{.name = "client_label", .type = label(), .summary = "A new label.", .optional = true},
           {.name = "suspended",
            .type = Schema("boolean"),
            .summary = "Whether all use of the tenant's data is to be refused.",
            .optional = true},
           {.name = "retention_days",
            .type = days(),
            .summary = "For how many days after their time events are kept; null: for ever.",
            .optional = true},
           {.name = "quotas",
            .type = of_quotas(limit, "The limit; 0: none; null: the default.", schemas::Others::refused),
            .summary = "What the tenant may use.",
            .optional = true}},
          schemas::Others::refused));
}

}  // namespace annals::api::described
