#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "crypto/secret.h"
#include "leases/leases.h"
#include "tenants/directory.h"
#include "tenants/gone_tenants.h"
#include "tenants/registry.h"

namespace annals::tenants {

/// Says what is to be changed of a tenant; nullopt leaves it as it is.
struct TenantChange {
  std::optional<std::string> label = {};  // 1–255 code points, no control characters
  std::optional<bool> is_suspended = {};
  std::optional<std::uint32_t> retention_days = {};  // 0: for ever
  std::map<Quota, QuotaValues::Value> quotas = {};   // nullopt: the default; quotas that are not in it stay
};

/// A new secret of a tenant, in the one place that holds it.
struct RotatedSecret {
  crypto::Secret secret;
  Timestamp previous_valid_until;  // by the engine's clock
};

/// Changes tenants while they are active. Changes of one tenant at the same time are done one after the
/// other, over any number of instances: none is lost. This instance sees a change at once, others when their
/// cache expires. Thread-safe.
///
/// Every call throws Error(tenant_not_found) if there is no such tenant, or if it is being made or deleted;
/// Error(overloaded); and engine::EngineError, after which it is unknown whether the change was done.
class Administration {
 public:
  struct Parts {
    Registry& registry;  // all of them must outlive this object
    TenantDirectory& directory;
    leases::Leases& leases;
    GoneTenants& gone;
  };

  explicit Administration(Parts parts) : parts_(parts) {}

  /// Returns the tenant as it is after the change. Throws Error(tenant_exists) if the label is taken.
  boost::asio::awaitable<Tenant> change(ClientId id, TenantChange change);

  /// Makes a new secret. The secrets of before stay valid for `overlap`, but no longer than an earlier
  /// rotation has said; with zero none of them is valid any more.
  boost::asio::awaitable<RotatedSecret> rotate_secret(ClientId id, std::chrono::seconds overlap);

  /// Adds bytes to what the tenant has brought in on that day, and returns the tenant after it. The sum is
  /// that of all instances. An earlier day than the stored one is over, and nothing is added.
  boost::asio::awaitable<Tenant> add_usage(ClientId id, DayUsage added);

  /// Stores what a run of the tenant's retention has done, and adds it to the sums.
  boost::asio::awaitable<void> add_retention_run(ClientId id, RetentionRun run);

  /// Removes the changes of tenants that are gone: one that was late, or whose caller was killed, may have
  /// come after the deletion. Throws what the registry throws.
  boost::asio::awaitable<void> clean_up(std::stop_token stop);

 private:
  boost::asio::awaitable<Tenant> find_active(ClientId id);
  boost::asio::awaitable<void> relabel(ClientId id, std::string label, TenantChange change);
  boost::asio::awaitable<void> store(ClientId id, TenantChange change);
  boost::asio::awaitable<Tenant> publish(Tenant tenant);
  boost::asio::awaitable<void> forget_if_gone(Registry::SettingsVersion seen);

  Parts parts_;
};

}  // namespace annals::tenants
