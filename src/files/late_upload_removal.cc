#include "files/late_upload_removal.h"

#include <utility>

#include "ops/log.h"

namespace annals::files {

using boost::asio::awaitable;

namespace {

void log(const ExpectedUploads& uploads, const RemovedFiles& removed) {
  if (removed.objects == 0) return;
  ops::log(ops::Level::info, "files uploaded after their tenant was deleted are gone",
           {{"database", uploads.database.text()}, {"files", removed.objects}});
}

}  // namespace

awaitable<void> LateUploadRemoval::run(std::stop_token stop) {
  co_await parts_.registry.bootstrap();
  const auto expected = co_await parts_.late_uploads.list();
  for (const ExpectedUploads& uploads : expected) {
    if (stop.stop_requested()) co_return;
    if (uploads.held && done_.contains(departure_of(uploads))) continue;
    co_await remove(uploads);
  }
}

awaitable<void> LateUploadRemoval::remove(ExpectedUploads uploads) {
  // As an initialisation does: while this lease is held nobody gets the name, so what is removed is nobody's.
  const auto done = co_await leases::with_lease(
      parts_.leases, leases::name_key(uploads.database),
      [this, &uploads](leases::Lease& lease) { return remove_alone(uploads, lease); });
  // After the lease was given back: Lifecycle::claim_name() relies on it.
  if (!done.value_or(false)) co_return;
  done_.erase(departure_of(uploads));
  co_await parts_.late_uploads.forget(std::move(uploads));
}

/// Returns whether the entry can be forgotten.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<bool> LateUploadRemoval::remove_alone(ExpectedUploads uploads, leases::Lease& lease) {
  auto holder = co_await parts_.registry.find_by_database(uploads.database);
  // The deletion of that tenant has made the entry and is not done with its row: if the entry were forgotten
  // now, nobody would look for late uploads.
  if (holder && (holder->state == tenants::TenantState::deleting || holder->id == uploads.owner)) {
    co_return false;
  }
  if (!holder) {
    const bool done = co_await remove_all(std::move(uploads), lease);
    co_return done;
  }
  const bool done = co_await remove_from(*std::move(holder), std::move(uploads), lease);
  co_return done;
}

/// Removes the late uploads among the files of the tenant that has the name now.
// NOLINTBEGIN(*-reference-coroutine-parameters): awaited at once
awaitable<bool> LateUploadRemoval::remove_from(tenants::Tenant holder, ExpectedUploads uploads,
                                               leases::Lease& lease) {
  // NOLINTEND(*-reference-coroutine-parameters)
  const auto removed =
      co_await parts_.files.remove_of(uploads.owner, uploads.database, [&lease] { return lease.keep(); });
  log(uploads, removed);
  if (!uploads.over) co_return false;
  // An upload that takes longer than it may still arrives. It must not be readable then.
  const bool came_before_the_end = holder.created_at.time_since_epoch().count() < uploads.until_ms;
  if (came_before_the_end) done_.insert(departure_of(uploads));
  co_return !came_before_the_end;
}

/// Removes whatever is there under a name that nobody has.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<bool> LateUploadRemoval::remove_all(ExpectedUploads uploads, leases::Lease& lease) {
  // The registry may be lost; then the database says that the name is somebody's.
  const bool has_database = co_await parts_.databases.exists(uploads.database);
  if (has_database) co_return false;
  const auto removed = co_await parts_.files.remove_all(uploads.database, [&lease] { return lease.keep(); });
  log(uploads, removed);
  co_return uploads.over;
}

}  // namespace annals::files
