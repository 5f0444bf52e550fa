#include "api/described/service.h"

#include <utility>

#include "api/described/common.h"

namespace annals::api::described {
namespace {

using http::Operation;
using http::Schema;
namespace schemas = http::schemas;

/// Returns what an answer about readiness tells, besides its first member.
Schema readiness(std::string_view name, std::string_view summary, schemas::Member first) {
  const auto part = [](std::string of, const std::string& what, bool optional = false) {
    return schemas::Member{.name = std::move(of),
                           .type = schemas::text(),
                           .summary = "`ok`, or what is wrong with " + what + ".",
                           .optional = optional};
  };
  return schemas::named(name, summary,
                        schemas::object({std::move(first),
                                         part("engine", "the engine"),
                                         part("registry", "the registry of tenants"),
                                         part("journal", "the journal, if there is one", true),
                                         part("disk", "this machine's disk"),
                                         part("files", "the file store"),
                                         {.name = "tables_with_broken_parts",
                                          .type = schemas::count(),
                                          .summary = "How many tables have lost a part.",
                                          .optional = true}}));
}

}  // namespace

Operation healthz() {
  return {
      .name = "healthz",
      .summary = "Returns 200 as long as the process lives.",
      .tag = kService,
      .answers = {{.status = 200,
                   .summary = "The process lives.",
                   .schema = schemas::object(
                       {{.name = "status", .type = schemas::constant("ok"), .summary = "Always the same."}}),
                   .examples = {R"({"status":"ok"})"}}}};
}

Operation readyz() {
  const auto ready =
      readiness("Ready", "The service can serve requests.",
                {.name = "status", .type = schemas::constant("ready"), .summary = "Always the same."});
  const auto not_ready = readiness("NotReady", "The service cannot serve requests.",
                                   {.name = "detail", .type = schemas::text(), .summary = "Why."});
  return {
      .name = "readyz",
      .summary = "Returns 200 if the service can serve requests.",
      .tag = kService,
      .answers = {
          {.status = 200,
           .summary = "It can; what is wrong all the same is named.",
           .schema = ready,
           .examples = {R"({"status":"ready","engine":"ok","registry":"ok","journal":"ok","disk":"ok",)"
                        R"("files":"ok"})"}},
          {.status = 503,
           .summary = "The engine, its user's rights, the registry of tenants, the journal or the disk do "
                      "not do what is needed, or the service is about to stop.",
           .schema = not_ready,
           .examples = {R"({"detail":"The service is about to stop.","engine":"ok","registry":"ok",)"
                        R"("disk":"ok","files":"ok"})"}}}};
}

Operation metrics(std::string content_type) {
  return {.name = "metrics",
          .summary = "Returns the numbers of the service in the text format of Prometheus.",
          .tag = kService,
          .answers = {{.status = 200,
                       .summary = "The numbers.",
                       .content_type = std::move(content_type),
                       .schema = schemas::text()}}};
}

}  // namespace annals::api::described
