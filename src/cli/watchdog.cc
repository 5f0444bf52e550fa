#include "cli/watchdog.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <utility>

#include "cli/service_manager.h"
#include "ops/log.h"

namespace annals::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// The longest wait for a thread that is busy, after which its delay is logged and waited for again. The
/// destructor waits as long.
constexpr milliseconds kLongestPatience = 1s;

/// Returns the whole number that a variable of the environment holds, or nullopt if it holds none.
std::optional<std::int64_t> number_in(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr) return std::nullopt;
  const std::string_view text = value;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void watch(const std::stop_token& stop, microseconds time,
           const std::function<bool(milliseconds patience)>& turns) {
  const auto patience = std::clamp(std::chrono::duration_cast<milliseconds>(time / 4), 1ms, kLongestPatience);
  std::mutex mutex;
  std::condition_variable_any stopped;
  while (!stop.stop_requested()) {
    if (!turns(patience)) {
      ops::log_damped(ops::Level::warning,
                      "a thread that answers requests is stuck; if it stays so, the service manager is left "
                      "to restart the service",
                      {});
      continue;
    }
    tell_service_manager("WATCHDOG=1");
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, time / 2, [] { return false; });
  }
}

}  // namespace

std::optional<microseconds> watchdog_time() {
  if (std::getenv("WATCHDOG_USEC") == nullptr) return std::nullopt;
  // The variables may have been inherited from a process that is watched.
  if (std::getenv("WATCHDOG_PID") != nullptr && number_in("WATCHDOG_PID") != ::getpid()) return std::nullopt;
  const auto time = number_in("WATCHDOG_USEC");
  if (time && *time > 0) return microseconds(*time);
  ops::log(ops::Level::warning,
           "WATCHDOG_USEC is no number of microseconds; the service manager gets no "
           "signs of life");
  return std::nullopt;
}

Watchdog::Watchdog(microseconds time, std::function<bool(milliseconds patience)> turns)
    : thread_([time, turns = std::move(turns)](const std::stop_token& stop) { watch(stop, time, turns); }) {}

}  // namespace annals::cli
