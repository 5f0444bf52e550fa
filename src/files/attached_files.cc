#include "files/attached_files.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "files/file_ids.h"
#include "io/settled.h"
#include "ops/log.h"

namespace annals::files {

using boost::asio::awaitable;
using std::chrono::steady_clock;

namespace {

void log_failure(ClientId owner, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    ops::log_damped(ops::Level::warning, "events are stored without the size and SHA-256 of their files",
                    {{"client_id", owner.text()}, {"reason", error.what()}}, owner.text());
  }
}

}  // namespace

awaitable<std::optional<FileInfo>> AttachedFiles::find(TenantFile file) {
  const bool foreign = co_await is_of_an_earlier_tenant(file);
  if (foreign) co_return std::nullopt;
  auto found = co_await store_.find(std::move(file));
  co_return found;
}

awaitable<std::vector<std::optional<FileDigest>>> AttachedFiles::seal(ClientId owner, DatabaseName database,
                                                                      std::vector<FileId> ids) {
  std::vector<std::optional<FileDigest>> digests(ids.size());
  auto sealed = co_await io::settled(seal_each(owner, std::move(database), std::move(ids), digests));
  if (sealed) co_return digests;
  failed_at_ = steady_clock::now().time_since_epoch().count();
  log_failure(owner, sealed.error());
  co_return digests;
}

// NOLINTBEGIN(*-reference-coroutine-parameters): awaited at once
awaitable<void> AttachedFiles::seal_each(ClientId owner, DatabaseName database, std::vector<FileId> ids,
                                         std::vector<std::optional<FileDigest>>& digests) {
  // NOLINTEND(*-reference-coroutine-parameters)
  if (has_failed_lately()) co_return;
  std::vector<ClientId> earlier;
  const bool all_tagged =
      std::ranges::all_of(ids, [owner](const FileId& id) { return bears_tag_of(id, owner); });
  if (!all_tagged) earlier = co_await late_uploads_.earlier_owners(database);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (is_of_an_earlier(earlier, ids[i], owner)) continue;
    digests[i] = co_await store_.seal({.owner = owner, .database = database, .id = ids[i]});
  }
}

bool AttachedFiles::has_failed_lately() const {
  constexpr std::chrono::seconds kGivenUpFor{10};
  const steady_clock::duration failed_at{failed_at_.load()};
  return failed_at.count() != 0 && steady_clock::now().time_since_epoch() - failed_at < kGivenUpFor;
}

awaitable<bool> AttachedFiles::is_of_an_earlier_tenant(TenantFile file) {
  if (bears_tag_of(file.id, file.owner)) co_return false;
  const auto earlier = co_await late_uploads_.earlier_owners(file.database);
  co_return is_of_an_earlier(earlier, file.id, file.owner);
}

}  // namespace annals::files
