#include "tenants/gone_tenants.h"

#include <utility>

namespace annals::tenants {

using boost::asio::awaitable;

awaitable<bool> GoneTenants::forget(ClientId id, Forget forget) {
  const auto done = co_await leases::with_lease(
      parts_.leases, leases::restore_key(id),
      [this, id, &forget](leases::Lease& /*lease*/) { return forget_alone(id, std::move(forget)); });
  co_return done.value_or(false);
}

awaitable<bool> GoneTenants::forget_alone(ClientId id, Forget forget) {
  const auto found = co_await parts_.registry.find(id);
  if (found && found->state != TenantState::deleting) co_return false;
  // A registry that was lost knows nobody. As long as there is a database, its tenant is not gone.
  if (!found) {
    const bool has_database = co_await parts_.databases.has_any(id);
    if (has_database) co_return false;
  }
  co_await forget(id);
  co_return true;
}

}  // namespace annals::tenants
