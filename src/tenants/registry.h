#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
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
/// state adds a row with a higher state, and the highest state of a tenant counts; so a change may be
/// repeated, and a late writer cannot turn a tenant back. It decides nothing: who may change what is the
/// lifecycle's business. Safe for concurrent use; every call throws engine::EngineError.
class Registry {
 public:
  /// `engine` must outlive the registry.
  explicit Registry(engine::Engine& engine) : engine_(engine) {}

  /// Makes the table when it is missing. The other calls do so themselves, so that an engine that was away at
  /// start needs no more than to come back.
  boost::asio::awaitable<void> bootstrap();

  /// Adds a tenant in the state `creating`.
  boost::asio::awaitable<void> add(ClientId id, NewTenant wish, crypto::SecretHash secret);

  /// Raises the tenant to `state`; without effect when it has no row or is there already.
  boost::asio::awaitable<void> advance(ClientId id, TenantState state);

  /// Removes the tenant's rows.
  boost::asio::awaitable<void> remove(ClientId id);

  boost::asio::awaitable<std::optional<Tenant>> find(ClientId id);

  /// The tenant of that database.
  boost::asio::awaitable<std::optional<Tenant>> find_by_database(DatabaseName database);

  /// True when a tenant, in whatever state, has that database name or that label.
  boost::asio::awaitable<bool> taken(NewTenant wish);

  /// `limit` tenants from `offset` on, of one state or of all.
  boost::asio::awaitable<TenantPage> list(std::optional<TenantState> state, std::uint64_t limit,
                                          std::uint64_t offset);

  /// The tenants that a crash or a failure left half-way: all that are `deleting`, and those `creating` for
  /// longer than `age` by the engine's clock.
  boost::asio::awaitable<std::vector<Tenant>> unfinished(std::chrono::milliseconds age);

 private:
  boost::asio::awaitable<void> change(engine::Statement statement);
  boost::asio::awaitable<std::string> ask(engine::Statement statement);

  engine::Engine& engine_;
  std::atomic<bool> bootstrapped_ = false;
};

}  // namespace annals::tenants
