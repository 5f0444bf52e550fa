#include "journal/tenant_records.h"

namespace annals::journal {

boost::asio::awaitable<bool> TenantRecords::make(tenants::Owner /*owner*/) {
  co_return true;
}

boost::asio::awaitable<void> TenantRecords::remove(tenants::Owner owner, tenants::Fence /*fence*/) {
  if (journal_ != nullptr) co_await journal_->forget(owner.id);
}

}  // namespace annals::journal
