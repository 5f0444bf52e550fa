#include "api/metrics/metrics.h"

#include <utility>

#include "api/described/service.h"

namespace annals::api {
namespace {

using boost::asio::awaitable;

constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

awaitable<http::Response> ready(http::Response response) {
  co_return response;
}

awaitable<http::Handler> ready(http::Handler handler) {
  co_return handler;
}

}  // namespace

void Metrics::add_to(http::Router& router, const Admission& admission, access::Permission permission) const {
  router.add(route(
      admission.with(permission, [this](const access::Caller& /*caller*/, const http::Request& /*request*/) {
        return ready(answer());
      })));
}

void Metrics::add_to(http::Router& router) const {
  router.add(route([this](const http::Request& /*head*/) {
    return ready(http::Handler([this](const http::Request& /*request*/) { return ready(answer()); }));
  }));
}

http::Response Metrics::answer() const {
  return {.body = text_(), .content_type = kContentType};
}

http::Route Metrics::route(http::Admit admit) {
  return {.method = "GET",
          .path = "/metrics",
          .operation = described::metrics(kContentType),
          .admit = std::move(admit),
          .is_vital = true};
}

}  // namespace annals::api
