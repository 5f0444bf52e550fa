#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/message.h"
#include "http/router.h"
#include "tenants/lifecycle.h"

namespace annals::api {

/// The HTTP side of tenants: decode, ask, encode. Safe for concurrent use.
class TenantHandlers {
 public:
  /// Both must outlive this.
  TenantHandlers(tenants::Lifecycle& lifecycle, tenants::Registry& registry)
      : lifecycle_(lifecycle), registry_(registry) {}

  /// Adds the routes; this must outlive the router.
  void add_to(http::Router& router);

  boost::asio::awaitable<http::Response> initialise(http::Request request);
  boost::asio::awaitable<http::Response> remove(http::Request request);
  boost::asio::awaitable<http::Response> list(http::Request request);
  boost::asio::awaitable<http::Response> show(http::Request request);

 private:
  tenants::Lifecycle& lifecycle_;
  tenants::Registry& registry_;
};

}  // namespace annals::api
