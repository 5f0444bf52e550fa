#include "events/tenant_tables.h"

#include "events/events_table.h"

namespace annals::events {

boost::asio::awaitable<bool> TenantTables::make(tenants::Owner owner) {
  const EventsTable table{.engine = engine_, .database = owner.database, .owner = owner.id};
  co_await engine_.execute(table.create_statement(shared_));
  co_return true;
}

boost::asio::awaitable<void> TenantTables::remove(tenants::Owner owner, tenants::Fence /*fence*/) {
  changes_.forget(owner.id);  // who waits for events of the tenant learns that it is gone
  co_return;
}

}  // namespace annals::events
