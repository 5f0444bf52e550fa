#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "crypto/secret.h"
#include "engine/engine.h"
#include "tenants/tenant.h"

namespace annals::tenants {

/// A page of the list of tenants.
struct TenantPage {
  std::uint64_t total_count = 0;  // of all pages
  std::vector<Tenant> tenants;    // newest first
};

/// The table of tenants, `default.annals_tenants`: the only way from a client id to a database. A change of
/// state adds a row with a higher state, and the highest state of a tenant counts; so a change is idempotent,
/// and a late writer cannot turn a tenant back. The registry stores and answers; the lifecycle decides.
/// Thread-safe; every call throws engine::EngineError, and std::runtime_error for a row that is malformed.
class Registry {
 public:
  /// `engine` must outlive this object.
  explicit Registry(engine::Engine& engine) : engine_(engine) {}

  /// Creates the table if it is missing. The other calls do so themselves, so that an engine that was down at
  /// start only has to come back.
  boost::asio::awaitable<void> bootstrap();

  /// Adds a tenant in the state `creating`.
  boost::asio::awaitable<void> add(ClientId id, NewTenant tenant, crypto::SecretHash secret);

  /// Raises the tenant to `state`. Does nothing if it has no row or has reached that state.
  boost::asio::awaitable<void> advance(ClientId id, TenantState state);

  /// Removes the tenant's rows.
  boost::asio::awaitable<void> remove(ClientId id);

  /// Returns nullopt if there is no such tenant.
  boost::asio::awaitable<std::optional<Tenant>> find(ClientId id);

  /// Returns the tenant of that database, or nullopt if there is none.
  boost::asio::awaitable<std::optional<Tenant>> find_by_database(DatabaseName database);

  /// Returns whether a tenant, in any state, has that database name or that label.
  boost::asio::awaitable<bool> taken(NewTenant tenant);

  /// Returns `limit` tenants from `offset` on, of one state or of all.
  boost::asio::awaitable<TenantPage> list(std::optional<TenantState> state, std::uint64_t limit,
                                          std::uint64_t offset);

  /// Returns the tenants that a crash or a failure left half-done: all that are `deleting`, and those
  /// `creating` for longer than `age` by the engine's clock.
  boost::asio::awaitable<std::vector<Tenant>> unfinished(std::chrono::milliseconds age);

 private:
  boost::asio::awaitable<void> change(engine::Statement statement);
  boost::asio::awaitable<std::string> ask(engine::Statement statement);

  engine::Engine& engine_;
  std::atomic<bool> bootstrapped_ = false;
};

}  // namespace annals::tenants
