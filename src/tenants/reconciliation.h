#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "leases/leases.h"
#include "tenants/databases.h"
#include "tenants/registry.h"

namespace annals::tenants {

/// Compares the registry with the databases that carry marks of tenants. A statement that arrived late can
/// leave a database without a row, or one under a name that is not its own; a lost registry leaves databases
/// without rows too, with events in them or on the way into them. So nothing that has an event is ever
/// removed here: it is logged as an error and waits for a person. Thread-safe, and safe over any number of
/// instances.
class Reconciliation {
 public:
  struct Parts {
    engine::Engine& engine;
    Registry& registry;
    Databases& databases;
    leases::Leases& leases;
    /// See Lifecycle::Parts.
    std::function<bool(ClientId)> has_waiting_events = {};
  };

  /// The parts must outlive this object.
  explicit Reconciliation(Parts parts) : parts_(std::move(parts)) {}

  /// Drops databases without a row that hold no event (unless the registry is lost), gives databases that
  /// were moved by mistake their names back, and logs what only a person can repair: events of unknown
  /// tenants, and active tenants without a database. Leaves a name on which somebody else is at work to the
  /// next call, and logs of a database with which that fails. Throws engine::EngineError if it could not
  /// compare.
  boost::asio::awaitable<void> run();

  /// Returns whether the registry was found empty while databases of tenants held events, and some of these
  /// tenants are still unknown.
  [[nodiscard]] bool registry_is_lost() const { return registry_is_lost_; }

 private:
  boost::asio::awaitable<std::vector<Owner>> ask(std::string sql);
  boost::asio::awaitable<bool> holds_unknown_events(Owner stray);
  boost::asio::awaitable<bool> registry_is_empty();
  boost::asio::awaitable<void> try_to_settle(Owner stray);
  boost::asio::awaitable<void> settle(Owner stray);
  boost::asio::awaitable<void> settle_alone(Owner stray);
  boost::asio::awaitable<void> log_missing();

  Parts parts_;
  std::atomic<bool> registry_is_lost_ = false;
};

}  // namespace annals::tenants
