#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace annals::lanes {

/// Tells the engine's time without asking for it each time. It follows this machine's steady clock from the
/// last answer of the engine, so that the two may have different clocks. Thread-safe.
class EngineClock {
 public:
  /// Takes over the engine's answer to `SELECT toUnixTimestamp(now())`.
  void set(std::int64_t unix_seconds) { offset_ = unix_seconds - steady_seconds(); }

  /// Returns the engine's time in seconds since 1970. Call set() before.
  [[nodiscard]] std::int64_t now() const { return offset_ + steady_seconds(); }

 private:
  static std::int64_t steady_seconds() {
    const auto time = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::floor<std::chrono::seconds>(time).count();
  }

  std::atomic<std::int64_t> offset_ = 0;
};

}  // namespace annals::lanes
