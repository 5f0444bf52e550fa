#include "tenants/directory.h"

#include <mutex>

namespace annals::tenants {
namespace {

/// More tenants than one instance serves at a time; past it the cache starts anew.
constexpr std::size_t kMaxEntries = 100'000;

}  // namespace

boost::asio::awaitable<std::shared_ptr<const Tenant>> TenantDirectory::find(std::string client_id) {
  const auto id = ClientId::parse(client_id);
  if (!id) co_return nullptr;
  if (auto tenant = cached(*id)) co_return tenant;

  const auto asked_at = Clock::now();
  const auto asked_in_epoch = epoch();
  auto found = co_await registry_.find(*id);
  if (!found || found->state != TenantState::active) co_return nullptr;
  auto tenant = std::make_shared<const Tenant>(*std::move(found));
  keep(tenant, asked_at, asked_in_epoch);
  co_return tenant;
}

boost::asio::awaitable<std::shared_ptr<const Tenant>> TenantDirectory::find_by_database(std::string name) {
  const auto database = DatabaseName::parse(name);
  if (!database) co_return nullptr;
  if (auto tenant = cached_by_database(name)) co_return tenant;

  const auto asked_at = Clock::now();
  const auto asked_in_epoch = epoch();
  auto found = co_await registry_.find_by_database(*database);
  if (!found || found->state != TenantState::active) co_return nullptr;
  auto tenant = std::make_shared<const Tenant>(*std::move(found));
  keep(tenant, asked_at, asked_in_epoch);
  co_return tenant;
}

std::uint64_t TenantDirectory::epoch() const {
  const std::shared_lock lock(mutex_);
  return epoch_;
}

void TenantDirectory::forget(ClientId id) {
  const std::scoped_lock lock(mutex_);
  entries_.erase(id);
  ++epoch_;
}

std::shared_ptr<const Tenant> TenantDirectory::cached(const ClientId& id) const {
  const std::shared_lock lock(mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end() || Clock::now() - entry->second.read_at > max_age_) return nullptr;
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

void TenantDirectory::keep(std::shared_ptr<const Tenant> tenant, Clock::time_point asked_at,
                           std::uint64_t asked_in_epoch) {
  const std::scoped_lock lock(mutex_);
  if (epoch_ != asked_in_epoch) return;  // it may be the forgotten one
  if (entries_.size() >= kMaxEntries || by_database_.size() >= kMaxEntries) {
    entries_.clear();
    by_database_.clear();
  }
  by_database_.insert_or_assign(tenant->database.text(), tenant->id);
  const ClientId id = tenant->id;
  entries_.insert_or_assign(id, Entry{.tenant = std::move(tenant), .read_at = asked_at});
}

}  // namespace annals::tenants
