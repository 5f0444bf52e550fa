#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "http/message.h"
#include "http/router.h"
#include "quotas/event_usage.h"
#include "quotas/quotas.h"
#include "tenants/administration.h"
#include "tenants/lifecycle.h"
#include "tenants/registry.h"

namespace annals::api {

/// Makes, changes, deletes and lists tenants over HTTP. Thread-safe.
class Tenants {
 public:
  struct Parts {
    tenants::Lifecycle& lifecycle;  // all of them must outlive this object
    tenants::Administration& administration;
    tenants::Registry& registry;
    quotas::Quotas& quotas;
    engine::Engine& engine;
  };

  explicit Tenants(Parts parts) : parts_(parts), usages_(parts.engine) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  boost::asio::awaitable<http::Response> initialise(access::Caller caller, http::Request request);
  boost::asio::awaitable<http::Response> remove(access::Caller caller, http::Request request);
  boost::asio::awaitable<http::Response> list(access::Caller caller, http::Request request);
  boost::asio::awaitable<http::Response> show(access::Caller caller, http::Request request);
  boost::asio::awaitable<http::Response> change(access::Caller caller, http::Request request);
  boost::asio::awaitable<http::Response> rotate_secret(access::Caller caller, http::Request request);

  Parts parts_;
  quotas::EventUsages usages_;
};

}  // namespace annals::api
