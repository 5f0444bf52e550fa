#include "api/described/viewer_tokens.h"

#include "api/described/common.h"
#include "api/described/event_schemas.h"
#include "api/described/limits.h"

namespace annals::api::described {
namespace {

using http::Schema;
using http::schemas::Others;
namespace schemas = http::schemas;

schemas::Member list_of(std::string name, const Schema& type, std::string summary) {
  return {.name = std::move(name),
          .type = schemas::list(type, 1, kMaxViewerValues),
          .summary = std::move(summary),
          .optional = true};
}

Schema filter() {
  return schemas::named(
      "ViewerFilter",
      "What a token shows: events that satisfy all of it. An empty one shows the whole history.",
      schemas::object(
          {list_of("record_id", record_id(), "Only events of these records."),
           list_of("event_type_id", event_type_id(), "Only events of these types."),
           list_of("source_type_id", source_type_id(), "Only events from sources of these types."),
           list_of("source_id", source_id(), "Only events from these sources."),
           list_of("event_id", schemas::uuid(), "Only the events of these ids."),
           {.name = "event_time_from",
            .type = schemas::time(),
            .summary = "Only events of this time and later.",
            .optional = true},
           {.name = "event_time_to",
            .type = schemas::time(),
            .summary = "Only events before this time.",
            .optional = true},
           {.name = "q",
            .type = schemas::text(),
            .summary = "Only events with all these words in event_data.",
            .optional = true},
           {.name = "fields",
            .type = schemas::map_to(schemas::list(schemas::text(), 1, kMaxViewerValues)),
            .summary = "Only events with one of these values in each field, by `data.…` or `field.…`.",
            .optional = true}},
          Others::refused));
}

Schema new_token() {
  const auto permissions = schemas::list(schemas::words({"history", "files"}), 1, 2);
  return schemas::named(
      "NewViewerToken", "What a token is to show, and for how long.",
      schemas::object({{.name = "client_id", .type = schemas::uuid(), .summary = "The tenant."},
                       {.name = "filter",
                        .type = filter(),
                        .summary = "It must be sent: one that got lost on the way must not show everything."},
                       {.name = "permissions",
                        .type = permissions.with("default", boost::json::array{"history"}),
                        .summary = "`files` gives out the files of the events that the filter has.",
                        .optional = true},
                       {.name = "expires_in",
                        .type = schemas::integer(1, kMaxViewerSeconds).with("default", kDefaultViewerSeconds),
                        .summary = "Seconds.",
                        .optional = true}},
                      Others::refused));
}

}  // namespace

http::Operation create_viewer_token() {
  const auto made = schemas::named(
      "ViewerToken", "A token, for `Authorization: Bearer`.",
      schemas::object({{.name = "token", .type = schemas::secret(), .summary = "The token."},
                       {.name = "expires_at", .type = schemas::time(), .summary = "When it expires."}}));
  return {
      .name = "create_viewer_token",
      .summary = "Makes a token with which a browser reads a part of a tenant's history.",
      .details =
          "A token is signed, not encrypted: its holder can read the filter. It ends when it expires, "
          "with the key that made it, and with the secret that its tenant had.",
      .tag = kViewerTokens,
      .body = json_body("What the token is to show.", new_token(),
                        R"({"client_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","filter":{"record_id":[7]},)"
                        R"("permissions":["history","files"],"expires_in":3600})"),
      .answers = {{.status = 201,
                   .summary = "The token, and when it expires.",
                   .schema = made,
                   .examples = {R"({"token":"annals_viewer_eyJ2IjoxfQ.c2lnbmF0dXJl",)"
                                R"("expires_at":"2026-11-27T10:30:00.000Z"})"}},
                  error(403, "The tenant is suspended.", {"Client is suspended."}),
                  error(404, "There is no such tenant.", {"Tenant not found."}),
                  invalid_body("filter", "field required", "value_error.missing")}};
}

}  // namespace annals::api::described
