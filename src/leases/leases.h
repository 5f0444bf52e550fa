#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"

namespace annals::leases {

/// The right to work on something alone, over all instances. It runs out when it is not renewed: a crash of
/// its holder blocks nobody for longer than the time to live.
class Lease {
 public:
  Lease() = default;
  virtual ~Lease() = default;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// To be called before a step that must not be done by two. Renews when half of the time is over; throws
  /// Error(overloaded) when the lease is lost or may be.
  virtual boost::asio::awaitable<void> keep() = 0;

  /// Gives the right back. Without it the lease runs out by itself.
  virtual boost::asio::awaitable<void> release() = 0;
};

/// Gives the lease back, if there is one. One that cannot be given back is logged, and runs out by itself.
boost::asio::awaitable<void> release_quietly(std::unique_ptr<Lease> lease);

/// The key of the right to give a database name to a tenant, or to remove what is left of one.
inline std::string name_lease_key(const DatabaseName& name) {
  return "name:" + name.text();
}

/// Gives leases. Implementations are safe for concurrent use and outlive their leases.
class Leases {
 public:
  Leases() = default;
  virtual ~Leases() = default;
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;

  /// Null when somebody holds a lease of that key.
  virtual boost::asio::awaitable<std::unique_ptr<Lease>> acquire(std::string key) = 0;

  /// Removes what holders that crashed left behind.
  virtual boost::asio::awaitable<void> clean_up() = 0;
};

/// For the embedded engine, where this process is the only instance: a lease lasts until it is destroyed.
class InProcessLeases final : public Leases {
 public:
  boost::asio::awaitable<std::unique_ptr<Lease>> acquire(std::string key) override;
  boost::asio::awaitable<void> clean_up() override { co_return; }

 private:
  class Held;
  std::mutex mutex_;
  std::set<std::string, std::less<>> held_;
};

/// For a remote engine: a lease is a table `default.annals_lease_<hash of the key>_<generation>`, because
/// CREATE TABLE without IF NOT EXISTS is what ClickHouse decides atomically without Keeper. Its comment says
/// when it runs out, by the engine's clock, and whose it is. After that the next generation may be made, and
/// again only one of many can make it.
class EngineLeases final : public Leases {
 public:
  /// `engine` must outlive this. `time_to_live` counts from the last renewal.
  EngineLeases(engine::Engine& engine, std::chrono::milliseconds time_to_live)
      : engine_(engine), ttl_(time_to_live) {}

  boost::asio::awaitable<std::unique_ptr<Lease>> acquire(std::string key) override;
  boost::asio::awaitable<void> clean_up() override;

 private:
  class Held;
  struct Standing;
  boost::asio::awaitable<Standing> look(std::string prefix);
  boost::asio::awaitable<bool> create(std::string table, std::string comment);
  boost::asio::awaitable<void> drop(std::string table);

  engine::Engine& engine_;
  std::chrono::milliseconds ttl_;
};

}  // namespace annals::leases
