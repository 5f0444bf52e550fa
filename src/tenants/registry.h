#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "crypto/secret.h"
#include "engine/engine.h"
#include "engine/versioned_documents.h"
#include "tenants/settings.h"
#include "tenants/tenant.h"

namespace annals::tenants {

/// A page of the list of tenants.
struct TenantPage {
  std::uint64_t total_count = 0;  // of all pages
  std::vector<Tenant> tenants;    // newest first
};

/// Says which tenants a list has: those that have everything that is given.
struct TenantFilter {
  std::optional<TenantState> state = {};
  std::optional<std::string> database = {};
  std::optional<std::string> label = {};
  std::optional<std::set<ClientId>> ids = {};  // one of these
};

/// The table of tenants, `default.annals_tenants`: the only way from a client id to a database. A change of
/// state adds a row with a higher state, and the highest state of a tenant counts; so a change is idempotent,
/// and a late writer cannot turn a tenant back. What is changed of a tenant while it is active
/// (TenantSettings) stands in a table of its own, `default.annals_tenant_settings`, which earlier versions do
/// not read. The registry stores and answers; the lifecycle decides. Thread-safe; every call throws
/// engine::EngineError, and std::runtime_error for a row that is malformed.
class Registry {
 public:
  /// `engine` must outlive this object. The default is for tenants without a retention of their own; 0: for
  /// ever.
  explicit Registry(engine::Engine& engine, std::uint32_t default_retention_days = 0)
      : engine_(engine),
        default_retention_days_(default_retention_days),
        settings_(engine, "default.annals_tenant_settings", "What was changed of the tenants of Annals") {}

  /// Creates the tables if they are missing. The other calls do so themselves, so that an engine that was
  /// down at start only has to come back.
  boost::asio::awaitable<void> bootstrap();

  /// Reads the whole table, so that it throws if the table cannot be read.
  boost::asio::awaitable<void> check();

  /// Adds a tenant in the state `creating`. Without `created_at` it is made now, by the engine's clock.
  boost::asio::awaitable<void> add(ClientId id, NewTenant tenant, crypto::SecretHash secret,
                                   std::optional<Timestamp> created_at = {});

  /// Returns an active tenant as a backup keeps it, or nullopt if there is none.
  boost::asio::awaitable<std::optional<KeptTenant>> keep(ClientId id);

  /// Gives a tenant that is being restored the settings of that document of TenantSettings, which may be
  /// empty, in the place of any that an earlier life of it has left. Its label is that of the row. Throws
  /// std::runtime_error if the document is malformed.
  boost::asio::awaitable<void> restore_settings(ClientId id, std::string document);

  /// Raises the tenant to `state`. Does nothing if it has no row or has reached that state.
  boost::asio::awaitable<void> advance(ClientId id, TenantState state);

  /// Lets the tenant be deleting for good, after a change to `active` without an answer. That change may have
  /// read the row and add an active one at any time until it is given up by the engine, also to a registry
  /// from which the tenant was removed; so its row is kept for that long. See unfinished().
  boost::asio::awaitable<void> give_up(ClientId id);

  /// Removes the tenant's rows.
  boost::asio::awaitable<void> remove(ClientId id);

  /// Returns nullopt if there is no such tenant.
  boost::asio::awaitable<std::optional<Tenant>> find(ClientId id);

  /// Returns the tenant of that database, or nullopt if there is none.
  boost::asio::awaitable<std::optional<Tenant>> find_by_database(DatabaseName database);

  /// Says which names of a new tenant another one has.
  struct Taken {
    bool database = false;
    bool label = false;
  };
  /// Returns which of these names a tenant, in any state, has.
  boost::asio::awaitable<Taken> taken(NewTenant tenant);

  /// Returns whether a tenant, in any state, has that label.
  boost::asio::awaitable<bool> label_taken(std::string label);

  /// Returns `limit` tenants from `offset` on.
  boost::asio::awaitable<TenantPage> list(TenantFilter filter, std::uint64_t limit, std::uint64_t offset);

  /// Changes a tenant's settings. `decide` changes them, given the time of the engine's clock, and returns
  /// false if there is nothing to change; it is called again if others change them at the same time, and must
  /// recognise its own change. Throws as engine::VersionedDocuments::change().
  using DecideSettings = std::function<bool(TenantSettings& settings, Timestamp now)>;
  boost::asio::awaitable<void> change_settings(ClientId id, DecideSettings decide);

  /// A version of the settings of the tenant whose id it has. Its number is 0 if there are none.
  using SettingsVersion = engine::VersionedDocuments::Version;

  /// Removes the settings of a tenant that was found gone or going after they were seen. Those that it has
  /// got with a restoration since stay.
  boost::asio::awaitable<void> forget_settings(SettingsVersion seen);

  /// Returns the version of the settings of a tenant, which may be gone.
  boost::asio::awaitable<SettingsVersion> see_settings(ClientId id);

  /// Returns the versions of the settings of tenants that have no row.
  boost::asio::awaitable<std::vector<SettingsVersion>> settings_of_unknown();

  /// Returns the tenants that a crash or a failure left half-done: all that are `deleting`, and those
  /// `creating`, or given up, for longer than `age` by the engine's clock.
  boost::asio::awaitable<std::vector<Tenant>> unfinished(std::chrono::milliseconds age);

 private:
  boost::asio::awaitable<void> change(engine::Statement statement);
  boost::asio::awaitable<std::string> ask(engine::Statement statement);

  [[nodiscard]] std::vector<Tenant> parse_rows(std::string_view text) const;

  engine::Engine& engine_;
  const std::uint32_t default_retention_days_;
  engine::VersionedDocuments settings_;
  std::atomic<bool> bootstrapped_ = false;
};

}  // namespace annals::tenants
