#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "events/tenant_tables.h"
#include "leases/engine_leases.h"
#include "models/lease_tables.h"
#include "models/schedule.h"
#include "support/simulated/promised_tenants.h"
#include "support/simulated/scripted_engine.h"
#include "support/simulated/simulated_catalog.h"
#include "tenants/databases.h"
#include "tenants/tenancy.h"

namespace annals::models {

/// Instances of the service that share an engine and a file store, each doing one thing to tenants: the
/// lifecycle, the reconciliation and the leases are the real ones. Not thread-safe.
class TenantsWorld {
 public:
  TenantsWorld(Choices& choices, Visited& visited, Bounds bounds);
  ~TenantsWorld();
  TenantsWorld(const TenantsWorld&) = delete;
  TenantsWorld& operator=(const TenantsWorld&) = delete;

  /// Makes a tenant before anything goes wrong.
  void have_tenant(const std::string& name, const std::string& label);

  /// Let an instance make a tenant, delete the one that was there first, or sweep as the service does at its
  /// start and from time to time.
  void initialise(const std::string& name, const std::string& label);
  void remove_first();
  void sweep();

  /// Lets the choices run, and then brings everything that was interrupted to its end. Returns what is wrong,
  /// "" if nothing is, or if it was seen before.
  std::string run();

 private:
  using Awaitable = boost::asio::awaitable<void>;
  class Files;
  struct Instance;

  int start(std::string name, std::function<Awaitable(Instance&)> work);
  Awaitable do_initialise(Instance& instance, std::string name, std::string label);
  Awaitable do_remove_first(Instance& instance);
  Awaitable do_sweep(Instance& instance, int times);
  boost::asio::awaitable<std::string> query(int process, engine::Statement statement);
  Awaitable execute(int process, engine::Statement statement);
  Awaitable advance(int process, engine::Statement statement);
  [[nodiscard]] std::string state() const;
  [[nodiscard]] std::vector<Schedule::Event> events();

  support::SimulatedCatalog catalog_;
  support::PromisedTenants promised_{catalog_};
  LeaseTables leases_;
  std::string fault_;  // that was seen on the way
  std::vector<std::unique_ptr<Instance>> instances_;
  Schedule schedule_;  // its coroutines end before the instances do
};

}  // namespace annals::models
