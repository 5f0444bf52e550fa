#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace annals::backup {

/// How far a piece of work is.
struct Progress {
  std::uint64_t tenants = 0;
  std::uint64_t tenants_done = 0;
  std::uint64_t events = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;                // that were written to the destination or read from it
  std::vector<std::string> remarks = {};  // what the operator should know of
};

/// A piece of work reports to this, and learns from it when it must end.
struct Watch {
  /// Changes the progress, under a lock. Thread-safe.
  std::function<void(const std::function<void(Progress&)>& change)> report;
  std::stop_token stop;

  /// Returns a watch that ends when this one does, and whose reports nobody hears.
  [[nodiscard]] Watch quiet() const;

  /// Throws service_stops() once the work must end.
  void check() const;
};

}  // namespace annals::backup
