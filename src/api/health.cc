#include "api/health.h"

#include <boost/json.hpp>

#include "api/described/service.h"

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
       .operation = described::healthz(),
       .admit = admission.with(Permission::anyone, [](const Caller& /*caller*/,
                                                      const Request& /*request*/) { return healthz(); }),
       .is_vital = true});
  router.add(
      {.method = "GET",
       .path = "/readyz",
       .operation = described::readyz(),
       .admit = admission.with(Permission::anyone, [this](const Caller& /*caller*/,
                                                          const Request& /*request*/) { return readyz(); }),
       .is_vital = true});
}

awaitable<Response> Health::healthz() {
  co_return http::json(http::Status::ok, R"({"status":"ok"})");
}

awaitable<Response> Health::readyz() {
  const auto found = co_await probe_.look();
  boost::json::object body;
  const bool is_ready = found.detail.empty();
  if (is_ready) {
    body["status"] = "ready";
  } else {
    body["detail"] = found.detail;
  }
  body["engine"] = found.engine;
  body["registry"] = found.registry;
  if (!found.journal.empty()) body["journal"] = found.journal;
  body["disk"] = found.disk;
  body["files"] = found.files;
  if (broken_parts_.tables() > 0) body["tables_with_broken_parts"] = broken_parts_.tables();
  auto answer = http::json(http::Status::ok, boost::json::serialize(body));
  if (!is_ready) {
    constexpr int kUnavailable = 503;
    answer.status = kUnavailable;
    answer.headers.emplace_back("Retry-After", "1");
  }
  co_return answer;
}

}  // namespace annals::api
