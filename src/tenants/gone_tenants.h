#pragma once

#include <functional>

#include <boost/asio/awaitable.hpp>

#include "ids/id.h"
#include "leases/leases.h"
#include "tenants/databases.h"
#include "tenants/registry.h"

namespace annals::tenants {

/// Removes what is kept of tenants outside their databases and was written after their deletion had removed
/// it. Thread-safe, and safe over any number of instances.
class GoneTenants {
 public:
  struct Parts {
    Registry& registry;  // all of them must outlive this object
    Databases& databases;
    leases::Leases& leases;
  };

  explicit GoneTenants(Parts parts) : parts_(parts) {}

  /// Removes something of the tenant that it is given.
  using Forget = std::function<boost::asio::awaitable<void>(ClientId)>;

  /// Awaits `forget(id)` if the tenant is gone or going, under the lease on its restoration: so it cannot hit
  /// what belongs to a tenant that has just come back. Returns false if the tenant is there, is being
  /// restored, or may only be lost to the registry. Throws engine::EngineError, and what `forget` throws.
  boost::asio::awaitable<bool> forget(ClientId id, Forget forget);

 private:
  boost::asio::awaitable<bool> forget_alone(ClientId id, Forget forget);

  Parts parts_;
};

}  // namespace annals::tenants
