#pragma once

#include <chrono>
#include <string>

#include "engine/engine.h"
#include "leases/leases.h"

namespace annals::leases {

/// Gives out leases over all instances that share a remote engine. A lease is a table
/// `default.annals_lease_<hash of the key>_<generation>`. Its comment says when the lease expires, by the
/// engine's clock, and who holds it. Who wants a lease makes its table and then looks: if no other table of
/// that key is alive, the lease is its own. Of two that look at once each sees the other, so that never both
/// win; the lower generation then waits until the other has stepped back. A generation is the engine's time
/// in milliseconds and is never used again, so that a statement that arrives late finds nothing of another's.
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
  boost::asio::awaitable<bool> prevail(std::string prefix, std::string table, std::int64_t generation);
  boost::asio::awaitable<bool> create(std::string table, std::string comment);
  boost::asio::awaitable<void> drop(std::string table);

  engine::Engine& engine_;
  std::chrono::milliseconds ttl_;
};

}  // namespace annals::leases
