#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "engine/engine.h"
#include "leases/leases.h"
#include "tenants/belonging.h"
#include "tenants/directory.h"
#include "tenants/lifecycle.h"
#include "tenants/registry.h"

namespace annals::tenants {

/// Everything that this folder offers, in the order of construction.
class Tenancy {
 public:
  struct Parts {
    engine::Engine& engine;  // all of them must outlive this object
    leases::Leases& leases;
    std::vector<std::reference_wrapper<Belonging>> belongings;  // see Lifecycle::Parts
    std::chrono::milliseconds max_age;                          // see TenantDirectory
  };

  explicit Tenancy(Parts parts)
      : registry_(parts.engine),
        directory_(registry_, parts.max_age),
        lifecycle_({.registry = registry_,
                    .directory = directory_,
                    .leases = parts.leases,
                    .belongings = std::move(parts.belongings)}) {}

  [[nodiscard]] Registry& registry() { return registry_; }
  [[nodiscard]] TenantDirectory& directory() { return directory_; }
  [[nodiscard]] Lifecycle& lifecycle() { return lifecycle_; }

 private:
  Registry registry_;
  TenantDirectory directory_;
  Lifecycle lifecycle_;
};

}  // namespace annals::tenants
