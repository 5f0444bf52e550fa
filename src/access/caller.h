#pragma once

#include <memory>
#include <string>

#include "access/permission.h"
#include "access/stored_key.h"
#include "access/viewer_token.h"
#include "engine/engine.h"
#include "events/events_table.h"
#include "tenants/tenant.h"

namespace annals::access {

/// Says who a request comes from, and which tenant it may touch. That is decided once, by Authenticator,
/// before the request's body is read.
struct Caller {
  Role role = Role::anonymous;
  std::string key_id = {};     // which platform key it was, or has made the token; safe to log
  std::string key_name = {};   // of a key that was made over the API
  BoundTo bound_to = nullptr;  // the tenants of that key
  std::shared_ptr<const tenants::Tenant> tenant = nullptr;  // null unless the permission is for one tenant
  engine::Engine* engine = nullptr;  // that holds the tenant's table; null if anonymous
  std::string request_id = {};
  std::shared_ptr<const ViewerGrant> viewer = nullptr;  // what a viewer token gives; null without one

  /// Returns whether the caller may learn that there is such a tenant. A caller who may not gets the answer
  /// that there is none.
  [[nodiscard]] bool may_touch(const ClientId& id) const {
    const bool is_of_one = role == Role::tenant || role == Role::viewer;
    return is_of_one ? tenant && tenant->id == id : has_tenant(bound_to, id);
  }

  /// Returns the events table of the caller's own tenant, of which a viewer sees a part. Throws
  /// std::logic_error if the permission was not for one tenant.
  [[nodiscard]] events::EventsTable table() const;

  /// Returns the events table of another tenant, to which an envelope is addressed.
  [[nodiscard]] events::EventsTable table_of(const tenants::Tenant& addressee) const;
};

/// Returns whether the caller may know the audit trail: it tells of all tenants.
inline bool may_see_trail(const Caller& caller) {
  return caller.role == Role::admin && caller.bound_to == nullptr;
}

}  // namespace annals::access
