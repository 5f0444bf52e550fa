#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace annals::ops {

/// Decides which of many equal lines are written, so that an outage, or a client that repeats itself, does
/// not fill a disk with them. Thread-safe and bounded.
class Damper {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    std::uint64_t lines = 5;       // of one kind are written
    std::chrono::seconds per{30};  // in this time
    std::size_t kinds = 256;       // are remembered; the one that came longest ago is forgotten
  };

  explicit Damper(Limits limits) : limits_(limits) {}

  /// Returns nullopt if the line is one too many of its kind, else how many before it were not written.
  std::optional<std::uint64_t> admit(std::string_view kind, Clock::time_point now);

  /// Returns whether admit() would refuse a line of that kind.
  [[nodiscard]] bool is_used_up(std::string_view kind, Clock::time_point now) const;

 private:
  struct Window {
    Clock::time_point begin;
    std::uint64_t written = 0;
    std::uint64_t left_out = 0;
  };

  void make_room();

  const Limits limits_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace annals::ops
