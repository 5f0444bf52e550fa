#include "api/described/tenants.h"

#include "api/described/common.h"
#include "api/described/limits.h"
#include "api/described/tenant_schemas.h"

namespace annals::api::described {
namespace {

using http::Answer;
using http::Operation;
using http::Schema;
namespace schemas = http::schemas;

http::Parameter client_id() {
  return path_parameter("client_id", "The tenant's id.", kSomeClient);
}

http::Parameter usage_parameter(std::string summary) {
  return {.name = "usage", .type = Schema("boolean").with("default", false), .summary = std::move(summary)};
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
