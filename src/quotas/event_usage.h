#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "ids/id.h"
#include "tenants/tenant.h"
#include "text/time.h"

namespace annals::quotas {

/// Says what the engine has of a tenant's events. What is not known is nullopt.
struct EventUsage {
  std::optional<std::uint64_t> events = {};
  std::optional<std::uint64_t> stored_bytes = {};   // compressed, on the engine's disk
  std::optional<Timestamp> newest_event_time = {};  // also nullopt if there is no event
};

/// Finds out what tenants have stored, for lists of them: from what the engine knows about its tables, so
/// events count that are in their table, each copy that was not merged away among them. Thread-safe; every
/// call throws engine::EngineError. `engine` must outlive this object.
class EventUsages {
 public:
  using ByTenant = std::map<ClientId, EventUsage>;

  explicit EventUsages(engine::Engine& engine) : engine_(engine) {}

  /// Returns the usage of tenants, in two statements for all of them. It wakes no table that sleeps and
  /// leaves its tenant out. The newest times stand in the tables, so they are found for the smaller ones
  /// only: for kMostTables, and until kMostRows have been read.
  boost::asio::awaitable<ByTenant> of_many(std::vector<tenants::Tenant> tenants);

  /// Returns the usage of one tenant, whose table it wakes. Its size does not matter.
  boost::asio::awaitable<EventUsage> of_one(tenants::Tenant tenant);

  static constexpr std::uint64_t kMostRows = 10'000'000;
  static constexpr std::size_t kMostTables = 200;

 private:
  boost::asio::awaitable<ByTenant> sizes(std::vector<tenants::Tenant> tenants,
                                         std::optional<DatabaseName> database);
  boost::asio::awaitable<std::map<ClientId, Timestamp>> newest_times(std::vector<tenants::Tenant> tenants,
                                                                     std::optional<DatabaseName> database);

  engine::Engine& engine_;
};

}  // namespace annals::quotas
