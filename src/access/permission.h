#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace annals::access {

/// Names what a route lets its caller do. Every route has one, and Authenticator decides by it who may call.
enum class Permission : std::uint8_t {
  anyone,              // needs no credentials: health
  manage_backups,      // back up and restore
  manage_keys,         // make, list, change and delete keys
  make_tenants,        // make tenants
  manage_tenants,      // change and delete tenants
  list_tenants,        // list tenants and look at one
  manage_all_names,    // change the names of ids that hold for all tenants
  manage_names,        // change the names of ids of one tenant
  read_names,          // read the names of ids
  rotate_secret,       // give a tenant a new secret
  deliver_envelopes,   // write events to the tenant that an envelope names
  write_events,        // write events of one tenant
  read_history,        // read events of one tenant
  read_files,          // read attached files of one tenant
  attach_files,        // upload files for one tenant
  read_metrics,        // read the numbers of the whole service
  make_viewer_tokens,  // make a token with which a browser reads a tenant's history
};

/// Says whose credentials a caller has presented.
enum class Role : std::uint8_t {
  anonymous,  // none; only for Permission::anyone
  admin,      // a key that may do everything; the configured keys are such
  ingest,     // a key that writes events and uploads files
  read,       // a key that reads history and files
  tenant,     // the tenant's own secret
  viewer,     // a viewer token: reads the part of one tenant's history that it names
};

/// Returns the name of a key's role, as the API has it.
std::string_view name_of(Role role);
/// Returns nullopt unless it is the name of a key's role.
std::optional<Role> parse_key_role(std::string_view name);

/// Returns whether a role has a permission. A key that is bound to tenants needs more: see is_for_all().
bool allows(Role role, Permission permission);

/// Returns whether the permission concerns more than the tenants that a bound key has, so that only a key for
/// all tenants has it.
bool is_for_all(Permission permission);

/// Returns whether a caller of that role names the tenant in X-Client-Id, and is admitted to that one.
bool is_for_one_tenant(Permission permission, Role role);

}  // namespace annals::access
