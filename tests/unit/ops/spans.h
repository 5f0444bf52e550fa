// Where the spans of a unit test go.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "ops/span.h"

namespace annals::ops {

/// Keeps all spans. Thread-safe.
class KeptSpans final : public SpanSink {
 public:
  void take(EndedSpan span) noexcept override {
    const std::scoped_lock lock(mutex_);
    spans_.push_back(std::move(span));
  }

  [[nodiscard]] std::vector<EndedSpan> all() const {
    const std::scoped_lock lock(mutex_);
    return spans_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<EndedSpan> spans_;
};

}  // namespace annals::ops
