#include "files/tenant_files.h"

#include <utility>

#include "files/errors.h"

namespace annals::files {

boost::asio::awaitable<bool> TenantFiles::make(tenants::Owner /*owner*/) {
  co_return true;
}

boost::asio::awaitable<void> TenantFiles::remove(tenants::Owner owner, tenants::Fence fence) {
  try {
    co_await store_.remove_all(owner.database, std::move(fence));
  } catch (const FileStoreError& error) {
    throw files_not_deleted(owner.label, error.what());
  }
}

}  // namespace annals::files
