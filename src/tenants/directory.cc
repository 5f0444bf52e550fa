#include "tenants/directory.h"

#include <mutex>

namespace annals::tenants {
namespace {

using boost::asio::awaitable;

/// More tenants than one instance serves at a time; past it the cache starts anew.
constexpr std::size_t kMaxEntries = 100'000;

}  // namespace

awaitable<std::shared_ptr<const Tenant>> TenantDirectory::find(std::string client_id) {
  const auto id = ClientId::parse(client_id);
  if (!id) co_return nullptr;
  if (auto tenant = cached(*id)) co_return tenant;
  const Asked asked = ask();
  auto found = co_await registry_.find(*id);
  co_return keep(std::move(found), asked);
}

awaitable<std::shared_ptr<const Tenant>> TenantDirectory::find_by_database(std::string name) {
  const auto database = DatabaseName::parse(name);
  if (!database) co_return nullptr;
  if (auto tenant = cached_by_database(name)) co_return tenant;
  const Asked asked = ask();
  auto found = co_await registry_.find_by_database(*database);
  co_return keep(std::move(found), asked);
}

awaitable<std::shared_ptr<const Tenant>> TenantDirectory::find_named(std::string name) {
  const bool is_id = ClientId::parse(name).has_value();
  return is_id ? find(std::move(name)) : find_by_database(std::move(name));
}

TenantDirectory::Asked TenantDirectory::ask() const {
  const std::shared_lock lock(mutex_);
  return {.at = Clock::now(), .epoch = epoch_};
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

/// Returns the tenant if it is active, and caches it unless a tenant was forgotten since the question.
std::shared_ptr<const Tenant> TenantDirectory::keep(std::optional<Tenant> found, const Asked& asked) {
  if (!found || found->state != TenantState::active) return nullptr;
  auto tenant = std::make_shared<const Tenant>(*std::move(found));
  const std::scoped_lock lock(mutex_);
  if (epoch_ != asked.epoch) return tenant;  // it may be the forgotten one
  if (entries_.size() >= kMaxEntries || by_database_.size() >= kMaxEntries) {
    entries_.clear();
    by_database_.clear();
  }
  by_database_.insert_or_assign(tenant->database.text(), tenant->id);
  entries_.insert_or_assign(tenant->id, Entry{.tenant = tenant, .read_at = asked.at});
  return tenant;
}

}  // namespace annals::tenants
