#include "access/permission.h"

#include <algorithm>
#include <array>
#include <utility>

namespace annals::access {
namespace {

constexpr std::array kKeyRoles{std::pair{Role::admin, "admin"}, std::pair{Role::ingest, "ingest"},
                               std::pair{Role::read, "read"}};

bool is_among(Permission permission, std::initializer_list<Permission> permissions) {
  return std::ranges::find(permissions, permission) != permissions.end();
}

}  // namespace

std::string_view name_of(Role role) {
  for (const auto& [value, name] : kKeyRoles) {
    if (value == role) return name;
  }
  switch (role) {
    case Role::tenant:
      return "tenant";
    case Role::viewer:
      return "viewer";
    default:
      return "anonymous";
  }
}

std::optional<Role> parse_key_role(std::string_view name) {
  for (const auto& [value, text] : kKeyRoles) {
    if (text == name) return value;
  }
  return std::nullopt;
}

bool allows(Role role, Permission permission) {
  using enum Permission;
  switch (role) {
    case Role::admin:
      return true;
    case Role::ingest:
      return is_among(permission, {anyone, deliver_envelopes, write_events, attach_files});
    case Role::read:
      return is_among(permission,
                      {anyone, list_tenants, read_names, read_history, read_files, make_viewer_tokens});
    case Role::tenant:
      return is_among(permission, {anyone, manage_names, read_names, rotate_secret, write_events,
                                   read_history, read_files, attach_files, make_viewer_tokens});
    case Role::viewer:
      return is_among(permission, {anyone, read_history, read_files});
    case Role::anonymous:
      return permission == anyone;
  }
  return false;
}

bool is_for_all(Permission permission) {
  return is_among(permission, {Permission::manage_backups, Permission::manage_keys, Permission::make_tenants,
                               Permission::manage_all_names, Permission::read_metrics});
}

bool is_for_one_tenant(Permission permission, Role role) {
  using enum Permission;
  return is_among(permission, {write_events, read_history, read_files, attach_files}) ||
         (is_among(permission, {manage_names, read_names, rotate_secret, make_viewer_tokens}) &&
          role == Role::tenant);
}

}  // namespace annals::access
