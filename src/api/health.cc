#include "api/health.h"

#include <fmt/format.h>

namespace annals::api {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using http::Request;
using http::Response;

void Health::add_to(http::Router& router, const Admission& admission) {
  router.add(
      {.method = "GET",
       .path = "/healthz",
       .operation = {.name = "healthz",
                     .summary = "Returns 200 as long as the process lives.",
                     .answers = {{.status = 200, .summary = "The process lives."}}},
       .admit = admission.with(Permission::anyone, [](const Caller& /*caller*/, const Request& /*request*/) {
         return healthz();
       })});
  router.add(
      {.method = "GET",
       .path = "/readyz",
       .operation = {.name = "readyz",
                     .summary = "Returns 200 if the service can serve requests.",
                     .answers = {{.status = 200, .summary = "The engine answers."},
                                 {.status = 503,
                                  .summary =
                                      "The engine does not answer, or the registry of tenants is lost."}}},
       .admit = admission.with(Permission::anyone, [this](const Caller& /*caller*/,
                                                          const Request& /*request*/) { return readyz(); })});
}

awaitable<Response> Health::healthz() {
  co_return http::json(http::Status::ok, R"({"status":"ok"})");
}

awaitable<Response> Health::readyz() {
  check_writing_();
  co_await engine_.execute({.sql = "SELECT 1"});
  if (reconciliation_.registry_is_lost()) {
    throw Error(ErrorCode::engine_unavailable,
                "The registry of tenants is lost: there are databases of tenants that it does not know. "
                "Restore the table default.annals_tenants.");
  }
  if (broken_parts_.tables() == 0) co_return http::json(http::Status::ok, R"({"status":"ready"})");
  co_return http::json(http::Status::ok, fmt::format(R"({{"status":"ready","tables_with_broken_parts":{}}})",
                                                     broken_parts_.tables()));
}

}  // namespace annals::api
