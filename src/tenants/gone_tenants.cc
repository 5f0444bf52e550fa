#include "tenants/gone_tenants.h"

namespace annals::tenants {

boost::asio::awaitable<bool> GoneTenants::forget_if_gone(Version seen, Forget forget) {
  if (seen.number == 0) co_return false;
  const bool gone = co_await is_gone(ClientId(seen.id));
  if (gone) co_await forget(seen);
  co_return gone;
}

boost::asio::awaitable<bool> GoneTenants::is_gone(ClientId id) {
  const auto found = co_await parts_.registry.find(id);
  if (found) co_return found->state == TenantState::deleting;
  // A registry that was lost knows nobody. As long as there is a database, its tenant is not gone.
  const bool has_database = co_await parts_.databases.has_any(id);
  co_return !has_database;
}

}  // namespace annals::tenants
