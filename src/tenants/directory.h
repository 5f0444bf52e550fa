#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>

#include <boost/asio/awaitable.hpp>

#include "tenants/registry.h"

namespace annals::tenants {

/// The way of every request of a client: from its id to its active tenant, out of memory. What another
/// instance changed is seen after `max_age` at the latest. Safe for concurrent use.
class TenantDirectory {
 public:
  /// `registry` must outlive this. `max_age`: how long an entry is believed; the embedded engine has no other
  /// instance, so there it may be long.
  TenantDirectory(Registry& registry, std::chrono::milliseconds max_age)
      : registry_(registry), max_age_(max_age) {}

  /// The active tenant of that id (the X-Client-Id header as it came), or nothing. Throws engine::EngineError
  /// when the registry had to be asked and could not.
  boost::asio::awaitable<std::shared_ptr<const Tenant>> find(std::string client_id);

  /// The same by the name of its database, for envelopes that name it so.
  boost::asio::awaitable<std::shared_ptr<const Tenant>> find_by_database(std::string name);

  /// Forgets the tenant. An answer of the registry that is on its way will not bring it back.
  void forget(ClientId id);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::shared_ptr<const Tenant> tenant;
    Clock::time_point read_at;
  };

  std::shared_ptr<const Tenant> cached(const ClientId& id) const;
  std::shared_ptr<const Tenant> cached_by_database(const std::string& name) const;
  [[nodiscard]] std::uint64_t epoch() const;
  void keep(std::shared_ptr<const Tenant> tenant, Clock::time_point asked_at, std::uint64_t asked_in_epoch);

  Registry& registry_;
  std::chrono::milliseconds max_age_;
  mutable std::shared_mutex mutex_;
  std::map<ClientId, Entry> entries_;
  std::map<std::string, ClientId> by_database_;  // of tenants in `entries_`, and of some that have left it
  std::uint64_t epoch_ = 0;                      // counts calls of forget()
};

}  // namespace annals::tenants
