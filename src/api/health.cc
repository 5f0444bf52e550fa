#include "api/health.h"

#include <utility>

namespace annals::api {

using boost::asio::awaitable;

void HealthHandlers::add_to(http::Router& router) {
  using http::Access;
  router.add(
      {.method = "GET", .path = "/healthz", .access = Access::open, .handler = [](http::Request request) {
         return healthz(std::move(request));
       }});
  router.add(
      {.method = "GET", .path = "/readyz", .access = Access::open, .handler = [this](http::Request request) {
         return readyz(std::move(request));
       }});
}

awaitable<http::Response> HealthHandlers::healthz(http::Request /*request*/) {
  co_return http::json(http::Status::ok, R"({"status":"ok"})");
}

awaitable<http::Response> HealthHandlers::readyz(http::Request /*request*/) {
  co_await engine_.execute({.sql = "SELECT 1"});
  co_return http::json(http::Status::ok, R"({"status":"ready"})");
}

}  // namespace annals::api
