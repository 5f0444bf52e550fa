#pragma once

#include <chrono>
#include <string>

#include "engine/engine.h"
#include "leases/leases.h"

namespace annals::leases {

/// Gives out leases over all instances that share a remote engine. A lease is a table
/// `default.annals_lease_<hash of the key>_<generation>`: without Keeper, CREATE TABLE without IF NOT EXISTS
/// is what ClickHouse decides atomically. The table's comment says when the lease expires, by the engine's
/// clock, and who holds it. After that the next generation may be created, again by one of many.
class EngineLeases final : public Leases {
 public:
  /// `engine` must outlive this object. The TTL counts from the last renewal.
  EngineLeases(engine::Engine& engine, std::chrono::milliseconds ttl) : engine_(engine), ttl_(ttl) {}

  boost::asio::awaitable<std::unique_ptr<Lease>> acquire(std::string key) override;
  boost::asio::awaitable<void> clean_up() override;

 private:
  class Held;
  struct LeaseTables;
  boost::asio::awaitable<LeaseTables> find_tables(std::string prefix);
  boost::asio::awaitable<bool> create(std::string table, std::string comment);
  boost::asio::awaitable<void> drop(std::string table);

  engine::Engine& engine_;
  std::chrono::milliseconds ttl_;
};

}  // namespace annals::leases
