#pragma once

#include <algorithm>
#include <chrono>

namespace annals::quotas {

/// A token bucket on a steady clock that holds the tokens of one second and may go into debt: whoever finds a
/// token is admitted, whatever it costs, and those after it wait until the debt is paid. So a large batch is
/// possible at any rate, and over time the rate is exact. Not thread-safe.
class Bucket {
 public:
  using Clock = std::chrono::steady_clock;

  /// Returns how long to wait for a token; zero if there is one. `rate` is in tokens per second, at least 1.
  [[nodiscard]] Clock::duration wait(double rate, Clock::time_point now) {
    refill(rate, now);
    if (level_ >= 1) return Clock::duration::zero();
    const auto seconds = std::chrono::duration<double>((1 - level_) / rate);
    return std::chrono::duration_cast<Clock::duration>(std::min(seconds, kLongest));
  }

  /// Takes tokens, or gives them back if there are fewer than none.
  void take(double tokens) { level_ -= tokens; }

  /// Returns whether nothing would change if the bucket were made anew.
  [[nodiscard]] bool is_full(double rate, Clock::time_point now) {
    refill(rate, now);
    return level_ >= rate;
  }

 private:
  static constexpr std::chrono::duration<double> kLongest{86'400};

  void refill(double rate, Clock::time_point now) {
    const double passed = std::chrono::duration<double>(now - filled_at_).count();
    level_ = is_new_ ? rate : std::min(rate, level_ + std::max(0.0, passed) * rate);
    is_new_ = false;
    filled_at_ = std::max(filled_at_, now);
  }

  bool is_new_ = true;  // full at the first use
  double level_ = 0;
  Clock::time_point filled_at_ = {};
};

}  // namespace annals::quotas
