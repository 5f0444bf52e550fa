#pragma once

#include <boost/asio/awaitable.hpp>

#include "access/viewer_token.h"
#include "api/admission.h"
#include "http/message.h"
#include "http/router.h"
#include "tenants/directory.h"

namespace annals::api {

/// Answers `POST /api/viewer-tokens`: makes tokens with which browsers read a part of a tenant's history.
/// Thread-safe.
class ViewerTokens {
 public:
  struct Parts {
    const access::ViewerTokens& tokens;  // both must outlive this object
    tenants::TenantDirectory& directory;
  };

  explicit ViewerTokens(Parts parts) : parts_(parts) {}

  /// Adds the route; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  boost::asio::awaitable<http::Response> create(access::Caller caller, http::Request request);
  boost::asio::awaitable<tenants::Tenant> named_tenant(access::Caller caller, ClientId id);

  Parts parts_;
};

}  // namespace annals::api
