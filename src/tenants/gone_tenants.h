#pragma once

#include <boost/asio/awaitable.hpp>

#include "ids/id.h"
#include "tenants/databases.h"
#include "tenants/registry.h"

namespace annals::tenants {

/// Says which tenants are gone, to those who keep something of tenants outside their databases: a change of
/// it may come after the deletion has removed it. Whoever removes what such a change has left must have seen
/// its version before asking here, and remove nothing newer: the tenant may be restored at any time, and what
/// it gets then has a higher version (engine::VersionedDocuments::restore()). Thread-safe.
class GoneTenants {
 public:
  struct Parts {
    Registry& registry;  // both must outlive this object
    Databases& databases;
  };

  explicit GoneTenants(Parts parts) : parts_(parts) {}

  /// Returns whether the tenant is gone or being deleted. False for one that only the registry may have lost.
  /// Throws engine::EngineError.
  boost::asio::awaitable<bool> is_gone(ClientId id);

 private:
  Parts parts_;
};

}  // namespace annals::tenants
