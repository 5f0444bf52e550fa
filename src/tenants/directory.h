#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "tenants/registry.h"

namespace annals::tenants {

/// Leads every request of a client from its id to its active tenant, through a cache in memory. A change that
/// another instance makes is seen after `max_age` at the latest. Thread-safe.
class TenantDirectory {
 public:
  struct Settings {
    std::chrono::milliseconds max_age;  // for which an answer of the registry is believed
    /// Whether no other instance changes the registry. After load(), whoever is not in the memory is then
    /// unknown, and costs no statement.
    bool is_alone = false;
  };

  /// `registry` must outlive this object.
  TenantDirectory(Registry& registry, Settings settings) : registry_(registry), settings_(settings) {}

  /// Reads all active tenants, unless other instances change the registry. Throws as find().
  boost::asio::awaitable<void> load();

  /// Returns the active tenant of that id (the X-Client-Id header as it was sent), or null. Throws
  /// engine::EngineError if the registry had to be asked and could not answer.
  boost::asio::awaitable<std::shared_ptr<const Tenant>> find(std::string client_id);

  /// Returns whether find() answers without a question to the registry, or has known that tenant as active.
  [[nodiscard]] bool has_known(std::string_view client_id) const;

  /// Returns the active tenant of that database, or null. Throws as find().
  boost::asio::awaitable<std::shared_ptr<const Tenant>> find_by_database(std::string name);

  /// Returns the active tenant that an envelope names, or null: by its id if the name has the shape of a
  /// UUID, by its database otherwise, never by whichever matches. Throws as find().
  boost::asio::awaitable<std::shared_ptr<const Tenant>> find_named(std::string name);

  /// Returns how many tenants are active, or nullopt if that is not known here: other instances make tenants
  /// too, or they are too many.
  [[nodiscard]] std::optional<std::size_t> active() const;

  /// Forgets the tenant. An answer of the registry that is on its way does not bring it back.
  void forget(ClientId id);

  /// The moment of a question to the registry.
  struct Asked {
    std::chrono::steady_clock::time_point at;
    std::uint64_t epoch{};
  };

  /// Takes note that the tenant may be active from now on, or may have changed, and returns the moment for
  /// learn().
  Asked expect(const ClientId& id, const DatabaseName& database);
  /// Takes over what the registry says of a tenant, asked after that moment. Returns it if it is active.
  std::shared_ptr<const Tenant> learn(std::optional<Tenant> found, const Asked& asked);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::shared_ptr<const Tenant> tenant;
    Clock::time_point read_at;
  };

  std::shared_ptr<const Tenant> cached(const ClientId& id) const;
  std::shared_ptr<const Tenant> cached_by_database(const std::string& name) const;
  [[nodiscard]] bool is_unknown(const ClientId& id) const;
  [[nodiscard]] bool is_unknown(const DatabaseName& database) const;
  [[nodiscard]] Asked ask() const;
  void note_absent(const ClientId& id, const Asked& asked);
  void keep(const std::shared_ptr<const Tenant>& tenant, const Asked& asked);

  Registry& registry_;
  const Settings settings_;
  mutable std::shared_mutex mutex_;
  std::map<ClientId, Entry> entries_;
  std::map<std::string, ClientId> by_database_;   // of tenants in `entries_`, and of some that have left it
  std::uint64_t epoch_ = 0;                       // grows when a tenant leaves `entries_`
  bool is_complete_ = false;                      // every active tenant is in `entries_` or in `expected_`
  std::map<ClientId, DatabaseName> expected_;     // if alone: those that are being made
  std::map<ClientId, Clock::time_point> absent_;  // if not alone: ids that the registry did not have then
};

}  // namespace annals::tenants
