#include "api/described/names.h"

#include <fmt/format.h>

#include "api/described/common.h"
#include "api/described/limits.h"
#include "names/document.h"

namespace annals::api::described {
namespace {

using http::Answer;
using http::Operation;
using http::Schema;
using http::schemas::Others;
namespace schemas = http::schemas;

constexpr const char* kPatch =
    R"({"event_types":{"1":"Created","2":"Approved","9":null},"source_types":{"1":"User"},)"
    R"("sources":{"1":{"3":"Ann Lee","ci-bot":"Build robot"}},)"
    R"("event_templates":{"2":"{source} approved order {record_id} over {data.amount}"}})";
constexpr const char* kNamesExample =
    R"({"event_types":{"1":"Created","2":"Approved"},"source_types":{"1":"User"},)"
    R"("sources":{"1":{"3":"Ann Lee","ci-bot":"Build robot"}},)"
    R"("event_templates":{"2":"{source} approved order {record_id} over {data.amount}"}})";
constexpr const char* kTenantPatch = R"({"event_types":{"1":"Opened"}})";
constexpr const char* kTenantNames =
    R"({"event_types":{"1":"Opened"},"source_types":{},"sources":{},"event_templates":{}})";

Schema dictionary() {
  const auto names = schemas::map_to(schemas::text());
  return schemas::named(
      "Names", "Names of ids, by the id: an integer, a text, or a text of digits in quotation marks.",
      schemas::object({{.name = "event_types", .type = names, .summary = "Of event_type_id."},
                       {.name = "source_types", .type = names, .summary = "Of source_type_id."},
                       {.name = "sources",
                        .type = schemas::map_to(names),
                        .summary = "Of source_id, by the source_type_id that it belongs to."},
                       {.name = "event_templates",
                        .type = names,
                        .summary = "Sentences about events, by the event_type_id."}}));
}

Schema patch() {
  const auto names = schemas::nullable(schemas::map_to(schemas::nullable(name_for_people(kMaxName))));
  return schemas::named(
      "NamesPatch", "Names to set, and null for those to remove; what is left out stays (RFC 7396).",
      schemas::object(
          {{.name = "event_types", .type = names, .summary = "Of event_type_id.", .optional = true},
           {.name = "source_types", .type = names, .summary = "Of source_type_id.", .optional = true},
           {.name = "sources",
            .type = schemas::nullable(schemas::map_to(names)),
            .summary = "Of source_id, by the source_type_id that it belongs to.",
            .optional = true},
           {.name = "event_templates",
            .type = names,
            .summary =
                "By the event_type_id, a sentence in which paths of the event stand in braces, such as "
                "`{source} changed {data.field}`; `{{` and `}}` are braces of the sentence.",
            .optional = true}},
          Others::refused));
}

Answer all_names(const char* example) {
  return {.status = 200, .summary = "All names.", .schema = dictionary(), .examples = {example}};
}

Answer no_tenant() {
  return error(404, "There is no such tenant.", {"Tenant not found."});
}

Answer invalid_patch() {
  return invalid_body("event_type", "extra fields not permitted", "value_error.extra");
}

http::BodyForms patch_body(const char* example) {
  return json_body("What to change.", patch(), example);
}

std::string limits() {
  return fmt::format("A dictionary has at most {} names and templates, and {} KiB.", names::kMaxNames,
                     names::kMaxDocumentBytes >> 10U);
}

}  // namespace

Schema names_of_ids() {
  return schemas::named(
      "NamesOfIds", "The names of those ids that have one, with `names=true`.",
      schemas::object(
          {{.name = "event_type", .type = schemas::text(), .summary = "Of event_type_id.", .optional = true},
           {.name = "source_type",
            .type = schemas::text(),
            .summary = "Of source_type_id.",
            .optional = true},
           {.name = "source",
            .type = schemas::text(),
            .summary = "Of source_id, beside its source_type_id.",
            .optional = true},
           {.name = "template",
            .type = schemas::text(),
            .summary = "Of an event: the sentence of its type, with paths of the event in braces.",
            .optional = true}}));
}

Operation get_names() {
  return {.name = "get_names",
          .summary = "Returns the names of ids that hold for all tenants.",
          .tag = kNames,
          .answers = {all_names(kNamesExample)}};
}

Operation change_names() {
  return {.name = "change_names",
          .summary = "Changes the names of ids that hold for all tenants.",
          .details = limits(),
          .tag = kNames,
          .body = patch_body(kPatch),
          .answers = {all_names(kNamesExample), invalid_patch()}};
}

Operation get_tenant_names() {
  return {.name = "get_tenant_names",
          .summary = "Returns a tenant's own names of ids, which come before those of all tenants.",
          .tag = kNames,
          .parameters = {path_parameter("client_id", "The tenant's id.", kSomeClient)},
          .answers = {all_names(kTenantNames), no_tenant()}};
}

Operation change_tenant_names() {
  return {.name = "change_tenant_names",
          .summary = "Changes a tenant's own names of ids.",
          .details = limits(),
          .tag = kNames,
          .parameters = {path_parameter("client_id", "The tenant's id.", kSomeClient)},
          .body = patch_body(kTenantPatch),
          .answers = {all_names(kTenantNames), no_tenant(), invalid_patch()}};
}

}  // namespace annals::api::described
