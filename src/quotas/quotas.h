#pragma once

#include <memory>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ids/id.h"
#include "quotas/allowance.h"
#include "tenants/tenant.h"

namespace annals::quotas {

/// Knows what every tenant may use, in this instance's memory. A tenant without any quota costs nothing; for
/// the others a request costs a look-up. Who is not in use is forgotten. Thread-safe.
class Quotas {
 public:
  /// `defaults` are for tenants without values of their own.
  explicit Quotas(tenants::QuotaValues defaults) : defaults_(defaults) {}

  /// Returns the tenant's allowance; null if nothing of it is limited.
  std::shared_ptr<Allowance> of(const tenants::Tenant& tenant);

  /// Counts a request of the tenant. Throws Error(over_quota).
  void take_request(const tenants::Tenant& tenant);

  using Entry = std::pair<ClientId, std::shared_ptr<Allowance>>;
  /// Returns those in use, and forgets those that are idle.
  std::vector<Entry> in_use();

 private:
  struct Hash {
    std::size_t operator()(const ClientId& id) const;
  };
  std::shared_ptr<Allowance> find(const ClientId& id) const;

  const tenants::QuotaValues defaults_;
  mutable std::shared_mutex mutex_;  // guards what follows
  std::unordered_map<ClientId, std::shared_ptr<Allowance>, Hash> allowances_;
};

}  // namespace annals::quotas
