#pragma once

#include <stop_token>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "ids/id.h"
#include "names/names.h"
#include "tenants/gone_tenants.h"
#include "tenants/registry.h"

namespace annals::names {

/// Changes the names of tenants, so that none outlives its tenant: a change may come after the deletion has
/// removed them. Thread-safe.
class TenantNames {
 public:
  struct Parts {
    Names& names;  // all of them must outlive this object
    tenants::Registry& registry;
    tenants::GoneTenants& gone;
  };

  explicit TenantNames(Parts parts) : parts_(parts) {}

  /// Returns the tenant's own dictionary as Names::document() does. Throws Error(tenant_not_found) if no
  /// active tenant has that id, and engine::EngineError.
  boost::asio::awaitable<std::string> document(ClientId tenant);

  /// Changes it as Names::change() does. Throws what that throws, and Error(tenant_not_found) if no active
  /// tenant has that id, or has it any more once the change is done.
  boost::asio::awaitable<std::string> change(ClientId tenant, boost::json::object patch);

  /// Removes the names that a crash has left of tenants that are gone, and what is left of removed ones.
  /// Throws engine::EngineError.
  boost::asio::awaitable<void> clean_up(std::stop_token stop);

 private:
  boost::asio::awaitable<bool> is_active(ClientId tenant);
  boost::asio::awaitable<void> forget_if_gone(Names::Version seen);

  Parts parts_;
};

}  // namespace annals::names
