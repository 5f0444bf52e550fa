#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "tenants/registry.h"

namespace annals::tenants {

/// Leads every request of a client from its id to its active tenant, through a cache in memory. A change that
/// another instance makes is seen after `max_age` at the latest. Thread-safe.
class TenantDirectory {
 public:
  /// `registry` must outlive this object. `max_age` is the time for which an entry is believed; with the
  /// embedded engine there is no other instance, so it may be long.
  TenantDirectory(Registry& registry, std::chrono::milliseconds max_age)
      : registry_(registry), max_age_(max_age) {}

  /// Returns the active tenant of that id (the X-Client-Id header as it was sent), or null. Throws
  /// engine::EngineError if the registry had to be asked and could not answer.
  boost::asio::awaitable<std::shared_ptr<const Tenant>> find(std::string client_id);

  /// Returns the active tenant of that database, or null. Throws as find().
  boost::asio::awaitable<std::shared_ptr<const Tenant>> find_by_database(std::string name);

  /// Returns the active tenant that an envelope names, or null: by its id if the name has the shape of a
  /// UUID, by its database otherwise, never by whichever matches. Throws as find().
  boost::asio::awaitable<std::shared_ptr<const Tenant>> find_named(std::string name);

  /// Forgets the tenant. An answer of the registry that is on its way does not bring it back.
  void forget(ClientId id);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::shared_ptr<const Tenant> tenant;
    Clock::time_point read_at;
  };
  /// The moment of a question to the registry.
  struct Asked {
    Clock::time_point at;
    std::uint64_t epoch{};
  };

  std::shared_ptr<const Tenant> cached(const ClientId& id) const;
  std::shared_ptr<const Tenant> cached_by_database(const std::string& name) const;
  [[nodiscard]] Asked ask() const;
  std::shared_ptr<const Tenant> keep(std::optional<Tenant> found, const Asked& asked);

  Registry& registry_;
  std::chrono::milliseconds max_age_;
  mutable std::shared_mutex mutex_;
  std::map<ClientId, Entry> entries_;
  std::map<std::string, ClientId> by_database_;  // of tenants in `entries_`, and of some that have left it
  std::uint64_t epoch_ = 0;                      // the number of calls of forget()
};

}  // namespace annals::tenants
