#include "api/described/tenants.h"

#include "api/described/common.h"
#include "api/described/limits.h"
#include "ids/database_name.h"
#include "tenants/quota.h"

namespace annals::api::described {
namespace {

using http::Answer;
using http::Operation;
using http::Schema;
namespace schemas = http::schemas;

http::Parameter client_id() {
  return path_parameter("client_id", "The tenant's id.", kSomeClient);
}

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

Schema tenant() {
  return schemas::named("Tenant", "One client instance.", schemas::object(members_of_tenant()));
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

Schema listed_tenant() {
  auto members = members_of_tenant();
  members.push_back(usage_member());
  return schemas::named("ListedTenant", "One client instance in a list.", schemas::object(members));
}

http::Parameter usage_parameter(std::string summary) {
  return {.name = "usage", .type = Schema("boolean").with("default", false), .summary = std::move(summary)};
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

Answer taken() {
  return error(400, "The name or the label is taken.", {"Client already exist."});
}

Answer no_tenant() {
  return error(404, "There is no such tenant.", {"Tenant not found."});
}

constexpr const char* kTenantExample =
    R"({"client_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","client_label":"Demo Ltd","database_name":"demo",)"
    R"("state":"active","created_at":"2026-11-27T09:00:00.000Z"})";
constexpr const char* kChangedExample =
    R"({"client_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","client_label":"Demo plc","database_name":"demo",)"
    R"("state":"active","created_at":"2026-11-27T09:00:00.000Z","retention_days":3650,)"
    R"("quotas":{"bytes_per_day":1000000000}})";
constexpr const char* kFullExample =
    R"({"client_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","client_label":"Demo plc","database_name":"demo",)"
    R"("state":"active","created_at":"2026-11-27T09:00:00.000Z","retention_days":3650,)"
    R"("quotas":{"bytes_per_day":1000000000},)"
    R"("retention":{"days":3650,"last_run_at":null,"oldest_event":null,"rows_removed":0,"files_removed":0},)"
    R"("quota_usage":{"bytes_per_day":{"limit":1000000000,"used":0}}})";

}  // namespace

Operation initialize_tenant() {
  return {
      .name = "initialize_tenant",
      .summary = "Makes a tenant with a history database of its own.",
      .details =
          "Of several calls for one name or label, exactly one succeeds. The secret is shown in this "
          "answer only.",
      .tag = kTenants,
      .body = json_body("The tenant.", new_tenant(), R"({"database_name":"demo","client_label":"Demo Ltd"})"),
      .answers = {{.status = 201,
                   .summary = "The tenant's id and its secret.",
                   .schema = made_tenant(),
                   .examples = {R"({"client_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7",)"
                                R"("client_secret":"8vXQ0c1J5o2mW7yRk3Tz4uNhLpSdFgAeBqCrUiVxYwM",)"
                                R"("database_name":"demo"})"}},
                  taken(),
                  invalid_body("client_label", "field required", "value_error.missing")}};
}

Operation delete_tenant() {
  auto id = header_parameter("X-Client-Id", "The tenant's id.");
  id.required = true;
  id.example = kSomeClient;
  return {.name = "delete_tenant",
          .summary = "Deletes a tenant with its events and files.",
          .details =
              "If the file store fails, the tenant's data can no longer be reached; repeat the request, "
              "or let Annals resume it.",
          .tag = kTenants,
          .parameters = {std::move(id)},
          .answers = {{.status = 204, .summary = "Nothing of the tenant is left.", .content_type = {}},
                      error(400, "No such tenant, or its files were not deleted.",
                            {"Unauthorized Client.", "Failed to connect to tenant db.",
                             "Tenant:Demo Ltd files not deleted."})}};
}

Operation list_tenants() {
  auto parameters = page_parameters("Tenants");
  parameters.push_back({.name = "state",
                        .type = schemas::words({"creating", "active", "deleting"}),
                        .summary = "Lists only tenants in this state."});
  parameters.push_back({.name = "database_name",
                        .type = schemas::text(),
                        .summary = "Lists only the tenant of this database.",
                        .example = "demo"});
  parameters.push_back(
      {.name = "client_label", .type = schemas::text(), .summary = "Lists only the tenant with this label."});
  parameters.push_back(usage_parameter(
      "Whether to say what each active tenant has stored; null where its table is not in memory."));
  return {.name = "list_tenants",
          .summary = "Lists the tenants, newest first.",
          .tag = kTenants,
          .parameters = std::move(parameters),
          .answers = {{.status = 200,
                       .summary = "A page of tenants.",
                       .schema = page("TenantPage", "tenants", listed_tenant()),
                       .examples = {R"({"limit":50,"offset":0,"total_count":1,"results":[)" +
                                    std::string(kTenantExample) + "]}"}},
                      invalid_query("limit", "value is not a valid integer", "type_error.integer")}};
}

Operation get_tenant() {
  return {
      .name = "get_tenant",
      .summary = "Returns one tenant.",
      .tag = kTenants,
      .parameters = {client_id(), usage_parameter("Whether to say what the tenant has stored.")},
      .answers = {
          {.status = 200, .summary = "The tenant.", .schema = tenant_in_full(), .examples = {kFullExample}},
          no_tenant(),
          invalid_query("usage", "value could not be parsed to a boolean", "type_error.bool")}};
}

Operation change_tenant() {
  return {.name = "change_tenant",
          .summary = "Changes a tenant's label, retention or quotas, suspends or resumes it.",
          .tag = kTenants,
          .parameters = {client_id()},
          .body = json_body(
              "What is to change.", tenant_change(),
              R"({"client_label":"Demo plc","retention_days":3650,"quotas":{"bytes_per_day":1000000000}})"),
          .answers = {{.status = 200,
                       .summary = "The tenant as it is now.",
                       .schema = tenant(),
                       .examples = {kChangedExample}},
                      taken(),
                      no_tenant(),
                      invalid_body("retentiondays", "extra fields not permitted", "value_error.extra")}};
}

Operation rotate_tenant_secret() {
  const auto overlap = schemas::named(
      "Rotation", "For how long the secrets of before stay valid.",
      schemas::object({{.name = "overlap_seconds",
                        .type = schemas::integer(0, kMaxOverlap),
                        .summary = "0 makes them void at once, which is how a secret is revoked."}},
                      schemas::Others::refused));
  const auto rotated = schemas::named(
      "RotatedSecret", "A new secret.",
      schemas::object(
          {{.name = "client_secret", .type = schemas::secret(), .summary = "Shown in this answer only."},
           {.name = "previous_valid_until",
            .type = schemas::time(),
            .summary = "Until when the secrets of before are valid."}}));
  return {.name = "rotate_tenant_secret",
          .summary = "Makes a new secret of a tenant.",
          .tag = kTenants,
          .parameters = {client_id()},
          .body = json_body("The overlap.", overlap, R"({"overlap_seconds":3600})"),
          .answers = {{.status = 200,
                       .summary = "The secret, which is shown here only.",
                       .schema = rotated,
                       .examples = {R"({"client_secret":"Xo1nZc7bT4mW9yRk2uJhLpSdFgAeBqCrUiVxYwM8vQ0",)"
                                    R"("previous_valid_until":"2026-11-27T10:00:00.000Z"})"}},
                      no_tenant(),
                      invalid_body("overlap_seconds", "field required", "value_error.missing")}};
}

}  // namespace annals::api::described
