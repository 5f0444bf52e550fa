#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

namespace annals::cli {

/// Returns after which time without a sign of life the service manager ends this process, or nullopt if it
/// does not watch it (WATCHDOG_USEC and WATCHDOG_PID, see sd_watchdog_enabled(3)). A time that cannot be read
/// is logged and counts as none.
std::optional<std::chrono::microseconds> watchdog_time();

/// Gives the service manager signs of life, twice in `time`, for as long as this object lives. None is given
/// while the service does not turn: the service manager then ends the process and starts it again.
class Watchdog {
 public:
  /// `turns` waits so long at most and returns whether the service turns. It is called from a thread of this
  /// object's and must not throw.
  Watchdog(std::chrono::microseconds time, std::function<bool(std::chrono::milliseconds patience)> turns);

 private:
  std::jthread thread_;
};

}  // namespace annals::cli
