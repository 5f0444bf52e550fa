#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"

namespace annals::files {

/// Files may still arrive under the name of a database that is gone.
struct ExpectedUploads {
  DatabaseName database;
  std::int64_t until_ms = 0;  // milliseconds of Unix time, by the engine's clock
  bool over = false;          // `until_ms` has passed
};

/// The table `default.annals_late_uploads`: under which names files may still arrive, because an upload URL
/// outlives the tenant that it was made for. An entry may be added repeatedly; the latest time counts. Safe
/// for concurrent use; every call throws engine::EngineError.
class LateUploads {
 public:
  /// `engine` must outlive this. `longest`: from a deletion until the last upload that began before it must
  /// have ended.
  LateUploads(engine::Engine& engine, std::chrono::milliseconds longest)
      : engine_(engine), longest_(longest) {}

  /// From now on, for the longest time.
  boost::asio::awaitable<void> expect(DatabaseName database);

  /// True when there is an entry of that name.
  boost::asio::awaitable<bool> has(DatabaseName database);

  boost::asio::awaitable<std::vector<ExpectedUploads>> list();

  /// Removes the entry, with every trace of the name, unless it was renewed since it was listed.
  boost::asio::awaitable<void> forget(ExpectedUploads entry);

 private:
  boost::asio::awaitable<void> bootstrap();

  engine::Engine& engine_;
  std::chrono::milliseconds longest_;
  std::atomic<bool> bootstrapped_ = false;
};

}  // namespace annals::files
