#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "events/events_table.h"
#include "tenants/tenant.h"

namespace annals::access {

/// Whose credentials a caller has presented.
enum class Role : std::uint8_t {
  anonymous,  // none; only for Permission::anyone
  platform,   // a platform key
  tenant,     // the tenant's own secret
};

/// Who a request comes from, and the tenant that it may touch. It is decided once, by Authenticator, before
/// the request's body is read.
struct Caller {
  Role role = Role::anonymous;
  std::string key_id = {};                                  // which platform key it was; safe to log
  std::shared_ptr<const tenants::Tenant> tenant = nullptr;  // null unless the permission is for one tenant
  engine::Engine* engine = nullptr;  // that holds the tenant's table; null if anonymous
  std::string request_id = {};

  /// Returns the events table of the caller's own tenant. Throws std::logic_error if the permission was not
  /// for one tenant.
  [[nodiscard]] events::EventsTable table() const;

  /// Returns the events table of another tenant, to which an envelope is addressed.
  [[nodiscard]] events::EventsTable table_of(const tenants::Tenant& addressee) const;
};

}  // namespace annals::access
