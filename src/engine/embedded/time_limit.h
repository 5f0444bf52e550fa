#pragma once

#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/engine.h"
#include "engine/sql.h"

namespace annals::engine {

/// Tells a whole result from one that its time limit has cut off. When the limit comes between two parts, the
/// library does not say so: the result ends as if it were whole (26.7).
class TimeLimit {
 public:
  /// Begins the time of a statement.
  explicit TimeLimit(std::chrono::milliseconds limit)
      : limit_(limit), ends_(std::chrono::steady_clock::now() + limit - std::min(limit / 2, kGrain)) {}

  /// Throws EngineError if the engine may have found the time over.
  void check() const {
    constexpr int kTimeoutExceeded = 159;  // ClickHouse's number for it
    if (limit_ == kNoTimeLimit || std::chrono::steady_clock::now() < ends_) return;
    throw EngineError::of_exception(kTimeoutExceeded, fmt::format("a statement took more than {}", limit_));
  }

 private:
  static constexpr std::chrono::milliseconds kGrain{10};  // of the engine's clock, at most

  const std::chrono::milliseconds limit_;
  const std::chrono::steady_clock::time_point ends_;
};

}  // namespace annals::engine
