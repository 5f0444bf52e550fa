#pragma once

#include <chrono>
#include <cstddef>

namespace annals::files {

/// Watches that an upload comes to an end: it has a deadline, and in each period it must bring a least number
/// of bytes. Not thread-safe.
class UploadPace {
 public:
  using Time = std::chrono::system_clock::time_point;
  static constexpr std::chrono::seconds kPeriod{60};
  static constexpr std::size_t kLeastBytes = std::size_t{64} << 10U;  // per period

  UploadPace(Time now, Time deadline) : period_began_(now), deadline_(deadline) {}

  /// Takes note of bytes that have arrived. Throws Error(request_too_slow).
  void add(std::size_t bytes, Time now);

 private:
  Time period_began_;
  const Time deadline_;
  std::size_t bytes_ = 0;  // in this period
};

}  // namespace annals::files
