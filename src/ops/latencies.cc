#include "ops/latencies.h"

#include <algorithm>
#include <numeric>

namespace annals::ops {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

/// The bounds in nanoseconds.
constexpr std::array<std::int64_t, Latencies::kBounds.size()> kNanoseconds{
    1'000'000,     2'500'000,     5'000'000,     10'000'000,    25'000'000,  50'000'000,
    75'000'000,    100'000'000,   250'000'000,   500'000'000,   750'000'000, 1'000'000'000,
    2'500'000'000, 5'000'000'000, 7'500'000'000, 10'000'000'000};
static_assert(std::ranges::equal(kNanoseconds, Latencies::kBounds,
                                 [](std::int64_t nanoseconds, double seconds) {
                                   return static_cast<double>(nanoseconds) / kNanosecondsPerSecond == seconds;
                                 }));

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
