#pragma once

#include <algorithm>
#include <chrono>

#include <boost/asio/awaitable.hpp>

#include "io/pause.h"

namespace annals::lanes {

/// Waits between attempts, longer each time, until a time is over.
class Pauses {
 public:
  Pauses(std::chrono::milliseconds retry_for, std::chrono::milliseconds first)
      : deadline_(std::chrono::steady_clock::now() + retry_for), pause_(first) {}

  /// Returns whether there is no time for another pause.
  [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() + pause_ > deadline_; }
  boost::asio::awaitable<void> wait() {
    co_await io::pause(pause_);
    pause_ = std::min(2 * pause_, kLongest);
  }

 private:
  static constexpr std::chrono::milliseconds kLongest{2'000};

  std::chrono::steady_clock::time_point deadline_;
  std::chrono::milliseconds pause_;
};

}  // namespace annals::lanes
