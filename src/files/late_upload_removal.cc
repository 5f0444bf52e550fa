#include "files/late_upload_removal.h"

#include <utility>

#include "ops/log.h"

namespace annals::files {

using boost::asio::awaitable;

awaitable<void> LateUploadRemoval::run(std::stop_token stop) {
  const auto expected = co_await parts_.late_uploads.list();
  for (const ExpectedUploads& uploads : expected) {
    if (stop.stop_requested()) co_return;
    co_await remove(uploads);
  }
}

awaitable<void> LateUploadRemoval::remove(ExpectedUploads uploads) {
  // As an initialisation does: while this lease is held nobody gets the name, so what is removed is nobody's.
  const auto done = co_await leases::with_lease(
      parts_.leases, leases::name_key(uploads.database),
      [this, &uploads](leases::Lease& lease) { return remove_alone(uploads, lease); });
  // After the lease was given back: Lifecycle::claim_name() relies on it.
  if (done.value_or(false)) co_await parts_.late_uploads.forget(std::move(uploads));
}

/// Returns whether the name can be forgotten.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<bool> LateUploadRemoval::remove_alone(ExpectedUploads uploads, leases::Lease& lease) {
  const auto holder = co_await parts_.registry.find_by_database(uploads.database);
  // The deletion of that tenant has made the entry and is not done with its row: if the entry were forgotten
  // now, nobody would look for late uploads.
  if (holder && holder->state == tenants::TenantState::deleting) co_return false;
  if (!holder) {
    // The registry may be lost; then the database says that the name is somebody's.
    const bool has_database = co_await parts_.databases.exists(uploads.database);
    if (has_database) co_return false;
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
