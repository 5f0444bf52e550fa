#include "files/late_upload_removal.h"

#include <utility>

#include "ops/log.h"

namespace annals::files {

using boost::asio::awaitable;
using leases::Lease;
using leases::name_lease_key;
using tenants::TenantState;

awaitable<std::vector<ExpectedUploads>> LateUploadRemoval::expected() {
  auto entries = co_await parts_.late_uploads.list();
  co_return entries;
}

awaitable<void> LateUploadRemoval::remove(ExpectedUploads uploads) {
  // As an initialisation does: as long as this is held nobody gets the name, so what is removed is nobody's.
  auto lease = co_await parts_.leases.acquire(name_lease_key(uploads.database));
  if (!lease) co_return;
  std::exception_ptr failure;
  bool done = false;
  try {
    done = co_await remove_alone(uploads, *lease);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await release_quietly(std::move(lease));
  if (failure) std::rethrow_exception(failure);
  // After the lease: Lifecycle::claim_name() relies on it.
  if (done) co_await parts_.late_uploads.forget(std::move(uploads));
}

/// True when the name can be forgotten.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<bool> LateUploadRemoval::remove_alone(ExpectedUploads uploads, Lease& lease) {
  const auto holder = co_await parts_.registry.find_by_database(uploads.database);
  // Its deletion has made the entry and is not through with its row: forgotten now, nobody would look after
  // it.
  if (holder && holder->state == TenantState::deleting) co_return false;
  if (!holder) {
    const auto removed =
        co_await parts_.files.remove_all(uploads.database, [&lease] { return lease.keep(); });
    if (removed.objects > 0) {
      ops::log(ops::Level::info, "files uploaded after their tenant was deleted are gone",
               {{"database", uploads.database.text()}, {"files", std::to_string(removed.objects)}});
    }
  }
  // A new tenant's own deletion makes a new entry.
  co_return holder.has_value() || uploads.over;
}

}  // namespace annals::files
