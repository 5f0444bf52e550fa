#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "engine/engine.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// Answers `GET /healthz`: the process lives; and `GET /readyz`: it can serve, because the engine answers
/// too. Neither needs a key.
class Health {
 public:
  /// `engine` must outlive this object.
  explicit Health(engine::Engine& engine) : engine_(engine) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  static boost::asio::awaitable<http::Response> healthz();
  boost::asio::awaitable<http::Response> readyz();

  engine::Engine& engine_;
};

}  // namespace annals::api
