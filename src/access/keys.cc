#include "access/keys.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "access/api_key.h"
#include "error.h"
#include "ops/log.h"

namespace annals::access {
namespace {

using boost::asio::awaitable;

/// All keys are in the memory of every instance.
constexpr std::size_t kMaxKeys = 10'000;

/// The change is done, and this instance catches up with it soon.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> reload_if_possible(KeyRing& ring) {
  try {
    co_await ring.reload();
  } catch (const Error& error) {
    ops::log_damped(ops::Level::warning, "the platform keys could not be read after a change",
                    {{"error", error.what()}});
  }
}

void add_use(StoredKey& key, const KeyTable::Uses& uses, const KeyRing& ring) {
  const auto stored = uses.find(key.id);
  if (stored != uses.end()) key.last_used_at = Timestamp(std::chrono::seconds(stored->second));
  const auto seen = ring.last_use(key.id);
  if (seen && (!key.last_used_at || *seen > *key.last_used_at)) key.last_used_at = seen;
}

}  // namespace

awaitable<MadeKey> Keys::create(NewKey wanted) {
  if (ring_.size() >= kMaxKeys) {
    throw Error(ErrorCode::over_quota, "There are 10000 keys. Delete those that are not needed.");
  }
  ApiKey made = ApiKey::random();
  StoredKey key{.id = made.id,
                .name = std::move(wanted.name),
                .role = wanted.role,
                .client_ids = std::move(wanted.client_ids),
                .expires_at = wanted.expires_at,
                .hash = crypto::SecretHash::of(made.text)};
  auto stored = co_await table_.add(std::move(key));
  co_await reload_if_possible(ring_);
  co_return MadeKey{.stored = std::move(stored), .text = std::move(made.text)};
}

awaitable<std::vector<StoredKey>> Keys::list() {
  auto keys = co_await table_.all();
  const auto uses = co_await table_.uses();
  for (StoredKey& key : keys) add_use(key, uses, ring_);
  std::ranges::sort(keys, [](const StoredKey& a, const StoredKey& b) {
    return a.created_at != b.created_at ? a.created_at > b.created_at : a.id < b.id;
  });
  co_return keys;
}

awaitable<std::optional<StoredKey>> Keys::find(KeyId id) {
  auto keys = co_await list();
  const auto found = std::ranges::find(keys, id, &StoredKey::id);
  if (found == keys.end()) co_return std::nullopt;
  co_return std::move(*found);
}

awaitable<std::optional<StoredKey>> Keys::change(KeyId id, KeyChange change) {
  auto changed = co_await table_.change(id, [change = std::move(change)](StoredKey& key) {
    if (change.name) key.name = *change.name;
    if (change.is_disabled) key.is_disabled = *change.is_disabled;
    if (change.expires_at) key.expires_at = *change.expires_at;
  });
  co_await reload_if_possible(ring_);
  if (!changed) co_return std::nullopt;
  const auto uses = co_await table_.uses();
  add_use(*changed, uses, ring_);
  co_return changed;
}

awaitable<bool> Keys::remove(KeyId id) {
  const bool removed = co_await table_.remove(id);
  co_await reload_if_possible(ring_);
  co_return removed;
}

awaitable<void> Keys::tidy() {
  co_await ring_.record_uses();
  co_await table_.purge();
}

awaitable<void> Keys::restore(std::vector<KeyTable::Document> documents) {
  for (auto& document : documents) co_await table_.restore(std::move(document));
  co_await ring_.reload();
}

}  // namespace annals::access
