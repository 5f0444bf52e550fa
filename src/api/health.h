#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// `GET /healthz`: this process answers. `GET /readyz`: it can serve, because the engine answers too. Both
/// need no key.
class HealthHandlers {
 public:
  /// `engine` must outlive this.
  explicit HealthHandlers(engine::Engine& engine) : engine_(engine) {}

  /// Adds the routes; this must outlive the router.
  void add_to(http::Router& router);

 private:
  static boost::asio::awaitable<http::Response> healthz(http::Request request);
  boost::asio::awaitable<http::Response> readyz(http::Request request);

  engine::Engine& engine_;
};

}  // namespace annals::api
