#include "quotas/quotas.h"

#include <chrono>
#include <mutex>

#include <boost/uuid/uuid_hash.hpp>

namespace annals::quotas {
namespace {

constexpr std::chrono::minutes kIdleAfter{10};

}  // namespace

std::size_t Quotas::Hash::operator()(const ClientId& id) const {
  return boost::uuids::hash_value(id.uuid());
}

std::shared_ptr<Allowance> Quotas::find(const ClientId& id) const {
  const std::shared_lock lock(mutex_);
  const auto found = allowances_.find(id);
  return found == allowances_.end() ? nullptr : found->second;
}

std::shared_ptr<Allowance> Quotas::of(const tenants::Tenant& tenant) {
  const auto effective = tenant.quotas.or_else(defaults_);
  if (!effective.limits()) return nullptr;
  auto allowance = find(tenant.id);
  if (!allowance) {
    const std::scoped_lock lock(mutex_);
    auto& place = allowances_[tenant.id];
    if (!place) place = std::make_shared<Allowance>();
    allowance = place;
  }
  allowance->update(tenant, effective);
  return allowance;
}

void Quotas::take_request(const tenants::Tenant& tenant) {
  if (const auto allowance = of(tenant)) allowance->take_request();
}

std::vector<Quotas::Entry> Quotas::in_use() {
  const Moment now;
  const std::scoped_lock lock(mutex_);
  // Nobody else holds one that is idle, and while this lock is held nobody gets it.
  std::erase_if(allowances_, [&](const auto& entry) {
    return entry.second.use_count() == 1 && entry.second->is_idle(now.steady - kIdleAfter, now);
  });
  return {allowances_.begin(), allowances_.end()};
}

}  // namespace annals::quotas
