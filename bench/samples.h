#pragma once

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

namespace annals::bench {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// Collects the times of one kind of call, in milliseconds.
class Samples {
 public:
  void add(Clock::duration time) { times_.push_back(Milliseconds(time).count()); }
  void add(const Samples& other) { times_.insert(times_.end(), other.times_.begin(), other.times_.end()); }
  [[nodiscard]] std::size_t count() const { return times_.size(); }
  [[nodiscard]] double percentile(double share) {
    std::ranges::sort(times_);
    return times_.empty() ? 0
                          : times_[static_cast<std::size_t>(share * static_cast<double>(times_.size() - 1))];
  }
  /// Returns the rate of calls that were made one after the other.
  [[nodiscard]] double per_second() const {
    return 1000.0 * static_cast<double>(times_.size()) / std::accumulate(times_.begin(), times_.end(), 0.0);
  }

 private:
  std::vector<double> times_;
};

}  // namespace annals::bench
