#pragma once

#include <boost/asio/awaitable.hpp>

#include "access/caller.h"
#include "api/admission.h"
#include "http/message.h"
#include "http/router.h"
#include "names/names.h"
#include "names/tenant_names.h"

namespace annals::api {

/// Shows and changes the names of ids: `/api/names` and `/api/tenants/{client_id}/names`. Thread-safe.
class Names {
 public:
  struct Parts {
    names::Names& names;  // both must outlive this object
    names::TenantNames& tenant_names;
  };

  explicit Names(Parts parts) : parts_(parts) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  boost::asio::awaitable<http::Response> show(http::Request request);
  boost::asio::awaitable<http::Response> change(http::Request request);
  boost::asio::awaitable<http::Response> show_of_tenant(access::Caller caller, http::Request request);
  boost::asio::awaitable<http::Response> change_of_tenant(access::Caller caller, http::Request request);

  Parts parts_;
};

}  // namespace annals::api
