#include "access/key_ring.h"

#include <algorithm>
#include <utility>

#include "access/api_key.h"
#include "error.h"

namespace annals::access {
namespace {

using boost::asio::awaitable;

constexpr std::int64_t kSecondsOfHour = 3600;

std::int64_t this_hour() {
  const auto now = std::chrono::floor<std::chrono::hours>(std::chrono::system_clock::now());
  return now.time_since_epoch().count() * kSecondsOfHour;
}

Timestamp time_of(std::int64_t unix_seconds) {
  return Timestamp(std::chrono::seconds(unix_seconds));
}

}  // namespace

std::shared_ptr<const StoredKey> KeyRing::find(std::string_view presented) {
  const auto id = ApiKey::id_in(presented);
  if (!id) return nullptr;
  const auto known = entries();
  const auto entry = known->find(*id);
  if (entry == known->end()) return nullptr;
  const auto& [key, use] = entry->second;
  const bool matches = key->hash.matches(crypto::SecretHash(presented));
  if (!matches || !key->is_valid(text::now())) return nullptr;
  use->used.store(this_hour(), std::memory_order_relaxed);
  return key;
}

std::shared_ptr<const StoredKey> KeyRing::find_valid(const KeyId& id) const {
  const auto known = entries();
  const auto entry = known->find(id);
  if (entry == known->end() || !entry->second.key->is_valid(text::now())) return nullptr;
  return entry->second.key;
}

/// Returns what is known. Throws if it is nothing, or too old.
std::shared_ptr<const KeyRing::Entries> KeyRing::entries() const {
  const std::scoped_lock lock(mutex_);
  const bool is_fresh = settings_.is_alone || Clock::now() - read_at_ <= settings_.valid_for;
  if (!entries_ || !is_fresh) {
    throw Error(ErrorCode::engine_unavailable, "History database is unavailable.",
                "the platform keys cannot be read from the engine");
  }
  return entries_;
}

bool KeyRing::must_look() const {
  const std::scoped_lock lock(mutex_);
  return !settings_.is_alone || shown_ < needed_;
}

std::uint64_t KeyRing::begin_read() {
  const std::scoped_lock lock(mutex_);
  return ++reads_begun_;
}

awaitable<void> KeyRing::refresh() {
  if (!must_look()) co_return;
  const std::uint64_t read = begin_read();
  const auto began = Clock::now();
  // The fingerprint first: if a key changes in between, the next call finds another one.
  auto fingerprint = co_await table_.fingerprint();
  if (confirm(began, fingerprint)) co_return;
  auto keys = co_await table_.all();
  take_over(read, began, std::move(fingerprint), std::move(keys));
}

awaitable<void> KeyRing::reload() {
  {
    const std::scoped_lock lock(mutex_);
    needed_ = reads_begun_ + 1;
  }
  co_await refresh();
}

/// Returns whether nothing has changed since the last read, which then holds from `began` on.
bool KeyRing::confirm(Clock::time_point began, const std::string& fingerprint) {
  const std::scoped_lock lock(mutex_);
  if (shown_ < needed_ || fingerprint_ != fingerprint) return false;
  read_at_ = std::max(read_at_, began);
  return true;
}

/// Shows the keys that a read has found, unless one that began later was faster.
void KeyRing::take_over(std::uint64_t read, Clock::time_point began, std::string fingerprint,
                        std::vector<StoredKey> keys) {
  auto entries = std::make_shared<Entries>();
  const std::scoped_lock lock(mutex_);
  if (read < shown_) return;
  for (StoredKey& key : keys) {
    const KeyId id = key.id;
    std::shared_ptr<Use> use;
    if (entries_) {
      const auto known = entries_->find(id);
      if (known != entries_->end()) use = known->second.use;
    }
    if (!use) use = std::make_shared<Use>();
    entries->emplace(id,
                     Entry{.key = std::make_shared<const StoredKey>(std::move(key)), .use = std::move(use)});
  }
  entries_ = std::move(entries);
  read_at_ = std::max(read_at_, began);
  fingerprint_ = std::move(fingerprint);
  shown_ = read;
}

awaitable<void> KeyRing::record_uses() {
  std::shared_ptr<const Entries> known;
  {
    const std::scoped_lock lock(mutex_);
    known = entries_;
  }
  if (!known) co_return;
  KeyTable::Uses uses;
  for (const auto& [id, entry] : *known) {
    const auto used = entry.use->used.load(std::memory_order_relaxed);
    if (used > entry.use->stored.load(std::memory_order_relaxed)) uses.emplace(id, used);
  }
  co_await table_.record_uses(uses);
  for (const auto& [id, used] : uses) known->at(id).use->stored.store(used, std::memory_order_relaxed);
}

std::optional<Timestamp> KeyRing::last_use(const KeyId& id) const {
  const std::scoped_lock lock(mutex_);
  if (!entries_) return std::nullopt;
  const auto entry = entries_->find(id);
  if (entry == entries_->end()) return std::nullopt;
  const auto used = entry->second.use->used.load(std::memory_order_relaxed);
  return used == 0 ? std::nullopt : std::optional(time_of(used));
}

std::optional<Timestamp> KeyRing::next_expiry(Timestamp now) const {
  std::shared_ptr<const Entries> known;
  {
    const std::scoped_lock lock(mutex_);
    known = entries_;
  }
  std::optional<Timestamp> next;
  if (!known) return next;
  for (const auto& [id, entry] : *known) {
    const auto& expiry = entry.key->expires_at;
    if (expiry && entry.key->is_valid(now) && (!next || *expiry < *next)) next = expiry;
  }
  return next;
}

std::size_t KeyRing::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_ ? entries_->size() : 0;
}

}  // namespace annals::access
