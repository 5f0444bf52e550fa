#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/engine.h"
#include "leases/leases.h"
#include "tenants/administration.h"
#include "tenants/belonging.h"
#include "tenants/databases.h"
#include "tenants/directory.h"
#include "tenants/gone_tenants.h"
#include "tenants/lifecycle.h"
#include "tenants/reconciliation.h"
#include "tenants/registry.h"

namespace annals::tenants {

/// Everything that this folder offers, in the order of construction.
class Tenancy {
 public:
  struct Parts {
    engine::Engine& engine;  // all of them must outlive this object
    leases::Leases& leases;
    Databases& databases;
    std::vector<std::reference_wrapper<Belonging>> belongings;  // see Lifecycle::Parts
    TenantDirectory::Settings directory;
    std::chrono::milliseconds poll_interval{50};            // see Lifecycle::Parts
    std::uint32_t default_retention_days = 0;               // see Registry
    std::function<bool(ClientId)> has_waiting_events = {};  // see Lifecycle::Parts
  };

  explicit Tenancy(Parts parts)
      : registry_(parts.engine, parts.default_retention_days),
        directory_(registry_, parts.directory),
        lifecycle_({.registry = registry_,
                    .directory = directory_,
                    .leases = parts.leases,
                    .ownership = parts.databases,
                    .belongings = std::move(parts.belongings),
                    .poll_interval = parts.poll_interval,
                    .has_waiting_events = parts.has_waiting_events}),
        gone_({.registry = registry_, .databases = parts.databases}),
        administration_(
            {.registry = registry_, .directory = directory_, .leases = parts.leases, .gone = gone_}),
        reconciliation_({.engine = parts.engine,
                         .registry = registry_,
                         .databases = parts.databases,
                         .leases = parts.leases,
                         .has_waiting_events = std::move(parts.has_waiting_events)}) {}

  [[nodiscard]] Registry& registry() { return registry_; }
  [[nodiscard]] TenantDirectory& directory() { return directory_; }
  [[nodiscard]] Lifecycle& lifecycle() { return lifecycle_; }
  [[nodiscard]] GoneTenants& gone() { return gone_; }
  [[nodiscard]] Administration& administration() { return administration_; }
  [[nodiscard]] Reconciliation& reconciliation() { return reconciliation_; }

 private:
  Registry registry_;
  TenantDirectory directory_;
  Lifecycle lifecycle_;
  GoneTenants gone_;
  Administration administration_;
  Reconciliation reconciliation_;
};

}  // namespace annals::tenants
