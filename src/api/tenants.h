#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "http/message.h"
#include "http/router.h"
#include "tenants/lifecycle.h"
#include "tenants/registry.h"

namespace annals::api {

/// Makes, deletes and lists tenants over HTTP. Thread-safe.
class Tenants {
 public:
  /// Both must outlive this object.
  Tenants(tenants::Lifecycle& lifecycle, tenants::Registry& registry)
      : lifecycle_(lifecycle), registry_(registry) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  boost::asio::awaitable<http::Response> initialise(http::Request request);
  boost::asio::awaitable<http::Response> remove(http::Request request);
  boost::asio::awaitable<http::Response> list(http::Request request);
  boost::asio::awaitable<http::Response> show(http::Request request);

  tenants::Lifecycle& lifecycle_;
  tenants::Registry& registry_;
};

}  // namespace annals::api
