#include "ops/latencies.h"

#include <algorithm>
#include <numeric>

namespace annals::ops {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

/// Returns the bounds in nanoseconds.
constexpr auto bounds_in_nanoseconds() {
  std::array<std::int64_t, Latencies::kBounds.size()> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    bounds[i] = static_cast<std::int64_t>((Latencies::kBounds[i] * kNanosecondsPerSecond) + 0.5);
  }
  return bounds;
}

constexpr auto kNanoseconds = bounds_in_nanoseconds();

}  // namespace

std::uint64_t Latencies::Snapshot::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void Latencies::observe(std::chrono::nanoseconds taken) noexcept {
  const auto bound = std::ranges::lower_bound(kNanoseconds, taken.count());
  const auto bucket = static_cast<std::size_t>(bound - kNanoseconds.begin());
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  nanoseconds_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, taken.count())),
                         std::memory_order_relaxed);
}

Latencies::Snapshot Latencies::snapshot() const {
  Snapshot result;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    result.counts[i] = counts_[i].load(std::memory_order_relaxed);
  }
  result.seconds = static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / kNanosecondsPerSecond;
  return result;
}

Outcomes::Measurement::~Measurement() {
  if (has_succeeded_) {
    outcomes_.succeeded_.observe(std::chrono::steady_clock::now() - began_);
  } else {
    outcomes_.failed_.fetch_add(1, std::memory_order_relaxed);
  }
}

Outcomes::Snapshot Outcomes::snapshot() const {
  return {.succeeded = succeeded_.snapshot(), .failed = failed_.load(std::memory_order_relaxed)};
}

}  // namespace annals::ops
