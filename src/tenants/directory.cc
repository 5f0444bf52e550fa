#include "tenants/directory.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace annals::tenants {
namespace {

using boost::asio::awaitable;

/// More tenants than one instance serves at a time; past it the cache starts anew.
constexpr std::size_t kMaxEntries = 100'000;

/// Ids that are remembered as unknown; past it they are asked for anew.
constexpr std::size_t kMaxAbsent = 10'000;

}  // namespace

awaitable<std::shared_ptr<const Tenant>> TenantDirectory::find(std::string client_id) {
  const auto id = ClientId::parse(client_id);
  if (!id) co_return nullptr;
  if (auto tenant = cached(*id)) co_return tenant;
  if (is_unknown(*id)) co_return nullptr;
  const Asked asked = ask();
  auto found = co_await registry_.find(*id);
  if (!found) note_absent(*id, asked);
  co_return learn(std::move(found), asked);
}

bool TenantDirectory::has_known(std::string_view client_id) const {
  const auto id = ClientId::parse(client_id);
  if (!id || is_unknown(*id)) return true;
  const std::shared_lock lock(mutex_);
  return entries_.contains(*id);
}

awaitable<std::shared_ptr<const Tenant>> TenantDirectory::find_by_database(std::string name) {
  const auto database = DatabaseName::parse(name);
  if (!database) co_return nullptr;
  if (auto tenant = cached_by_database(name)) co_return tenant;
  if (is_unknown(*database)) co_return nullptr;
  const Asked asked = ask();
  auto found = co_await registry_.find_by_database(*database);
  co_return learn(std::move(found), asked);
}

awaitable<std::shared_ptr<const Tenant>> TenantDirectory::find_named(std::string name) {
  const bool is_id = ClientId::parse(name).has_value();
  return is_id ? find(std::move(name)) : find_by_database(std::move(name));
}

awaitable<void> TenantDirectory::load() {
  if (!settings_.is_alone) co_return;
  const Asked asked = ask();
  const auto active = co_await registry_.list({.state = TenantState::active}, kMaxEntries, 0);
  const std::scoped_lock lock(mutex_);
  if (epoch_ != asked.epoch) co_return;  // one of them may be the forgotten one; the next call reads again
  for (const Tenant& tenant : active.tenants) keep(std::make_shared<const Tenant>(tenant), asked);
  is_complete_ = active.total_count == active.tenants.size() && entries_.size() < kMaxEntries;
}

std::optional<std::size_t> TenantDirectory::active() const {
  const std::shared_lock lock(mutex_);
  return is_complete_ ? std::optional(entries_.size()) : std::nullopt;
}

TenantDirectory::Asked TenantDirectory::ask() const {
  const std::shared_lock lock(mutex_);
  return {.at = Clock::now(), .epoch = epoch_};
}

void TenantDirectory::forget(ClientId id) {
  const std::scoped_lock lock(mutex_);
  entries_.erase(id);
  expected_.erase(id);
  ++epoch_;
}

TenantDirectory::Asked TenantDirectory::expect(const ClientId& id, const DatabaseName& database) {
  const std::scoped_lock lock(mutex_);
  // An answer that is on its way may be older than what is expected.
  if (entries_.erase(id) > 0) ++epoch_;
  if (settings_.is_alone) expected_.emplace(id, database);
  return {.at = Clock::now(), .epoch = epoch_};
}

std::shared_ptr<const Tenant> TenantDirectory::cached(const ClientId& id) const {
  const std::shared_lock lock(mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end() || Clock::now() - entry->second.read_at > settings_.max_age) return nullptr;
  return entry->second.tenant;
}

std::shared_ptr<const Tenant> TenantDirectory::cached_by_database(const std::string& name) const {
  std::optional<ClientId> id;
  {
    const std::shared_lock lock(mutex_);
    const auto found = by_database_.find(name);
    if (found != by_database_.end()) id = found->second;
  }
  auto tenant = id ? cached(*id) : nullptr;
  return tenant && tenant->database.text() == name ? tenant : nullptr;
}

/// Returns whether there is no active tenant of that id, without a question to the registry.
bool TenantDirectory::is_unknown(const ClientId& id) const {
  const std::shared_lock lock(mutex_);
  if (is_complete_) return !entries_.contains(id) && !expected_.contains(id);
  const auto absent = absent_.find(id);
  return absent != absent_.end() && Clock::now() - absent->second <= settings_.max_age;
}

bool TenantDirectory::is_unknown(const DatabaseName& database) const {
  const std::shared_lock lock(mutex_);
  if (!is_complete_) return false;  // another instance may be giving the name to a tenant
  const auto found = by_database_.find(database.text());
  if (found != by_database_.end() && entries_.contains(found->second)) return false;
  return std::ranges::none_of(expected_, [&](const auto& entry) { return entry.second == database; });
}

/// Remembers for a moment that the registry has no such tenant. Nobody can ask by an id before it is made.
void TenantDirectory::note_absent(const ClientId& id, const Asked& asked) {
  if (settings_.is_alone) return;
  const std::scoped_lock lock(mutex_);
  if (absent_.size() >= kMaxAbsent) absent_.clear();
  absent_.insert_or_assign(id, asked.at);
}

std::shared_ptr<const Tenant> TenantDirectory::learn(std::optional<Tenant> found, const Asked& asked) {
  if (!found || found->state != TenantState::active) return nullptr;
  auto tenant = std::make_shared<const Tenant>(*std::move(found));
  const std::scoped_lock lock(mutex_);
  // After a call of forget() it may be the forgotten one.
  if (epoch_ == asked.epoch) keep(tenant, asked);
  return tenant;
}

/// Caches the tenant. The caller holds the lock.
void TenantDirectory::keep(const std::shared_ptr<const Tenant>& tenant, const Asked& asked) {
  const auto known = entries_.find(tenant->id);
  // Of two answers that cross each other the one with the later change counts.
  if (known != entries_.end() && known->second.tenant->settings_version > tenant->settings_version &&
      Clock::now() - known->second.read_at <= settings_.max_age) {
    return;
  }
  if (entries_.size() >= kMaxEntries || by_database_.size() >= kMaxEntries) {
    entries_.clear();
    by_database_.clear();
    is_complete_ = false;
  }
  by_database_.insert_or_assign(tenant->database.text(), tenant->id);
  entries_.insert_or_assign(tenant->id, Entry{.tenant = tenant, .read_at = asked.at});
  expected_.erase(tenant->id);
}

}  // namespace annals::tenants
