#include "access/authenticator.h"

#include <utility>

#include "access/errors.h"
#include "tenants/errors.h"

namespace annals::access {
namespace {

/// Returns whether the permission is for one tenant, which the request names and may then prove itself.
bool is_for_one_tenant(Permission permission) {
  switch (permission) {
    case Permission::anyone:
    case Permission::manage_tenants:
    case Permission::deliver_envelopes:
      return false;
    case Permission::write_events:
    case Permission::read_history:
    case Permission::attach_files:
      return true;
  }
  return true;
}

}  // namespace

/// Throws unless a platform key, or where it suffices a client's own secret, was presented. Whether that
/// secret is right is not known yet.
Caller Authenticator::by_credentials(const Credentials& credentials, bool own_secret_suffices) const {
  Caller caller{.engine = &engine_, .request_id = credentials.request_id};
  if (credentials.api_key) {
    // A wrong platform key stays one, whatever else is sent.
    auto key_id = keys_.find(*credentials.api_key);
    if (!key_id) throw unauthorized_api_key();
    caller.role = Role::platform;
    caller.key_id = *std::move(key_id);
    return caller;
  }
  if (!own_secret_suffices || !credentials.client_secret) throw unauthorized_api_key();
  caller.role = Role::tenant;
  return caller;
}

boost::asio::awaitable<Caller> Authenticator::authenticate(Permission permission,
                                                           Credentials credentials) const {
  if (permission == Permission::anyone) co_return Caller{.request_id = std::move(credentials.request_id)};
  const bool for_one_tenant = is_for_one_tenant(permission);
  Caller caller = by_credentials(credentials, for_one_tenant);
  if (!for_one_tenant) co_return caller;

  if (credentials.client_id.empty()) throw missing_client();
  caller.tenant = co_await directory_.find(std::move(credentials.client_id));
  if (caller.role == Role::platform) {
    if (!caller.tenant) throw tenants::unknown_client();
    co_return caller;
  }
  const crypto::SecretHash presented(credentials.client_secret.value_or(""));
  if (!caller.tenant || !caller.tenant->secret_hash.matches(presented)) throw unauthorized_client();
  co_return caller;
}

}  // namespace annals::access
