#pragma once

#include <functional>

#include <boost/asio/awaitable.hpp>

#include "engine/versioned_documents.h"
#include "ids/id.h"
#include "tenants/databases.h"
#include "tenants/registry.h"

namespace annals::tenants {

/// Knows which tenants are gone, for those who keep something of each tenant outside its database: a change
/// of it may come after the deletion has removed it. Thread-safe.
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

  using Version = engine::VersionedDocuments::Version;
  /// Removes a document up to that version.
  using Forget = std::function<boost::asio::awaitable<void>(Version seen)>;

  /// Awaits `forget(seen)` if there is such a document and the tenant whose id it has is gone. Returns
  /// whether it did. The tenant may be restored at any time: what it gets then has a higher version than what
  /// was seen before (engine::VersionedDocuments::restore()). Throws engine::EngineError and what `forget`
  /// throws.
  boost::asio::awaitable<bool> forget_if_gone(Version seen, Forget forget);

 private:
  Parts parts_;
};

}  // namespace annals::tenants
