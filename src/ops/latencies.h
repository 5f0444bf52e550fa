#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace annals::ops {

/// Counts durations in buckets. Thread-safe and without a lock: an observation costs two additions.
class Latencies {
 public:
  /// The upper bounds of the buckets in seconds, each included: those of OpenTelemetry for HTTP servers, and
  /// two below them, because many answers take less than 5 ms. They must stay as they are: what was recorded
  /// with other bounds could not be compared.
  static constexpr std::array kBounds{.001, .0025, .005, .01, .025, .05, .075, .1,
                                      .25,  .5,    .75,  1.,  2.5,  5.,  7.5,  10.};

  struct Snapshot {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};  // of each bucket; the last one has no bound
    double seconds = 0;                                      // of all durations together

    [[nodiscard]] std::uint64_t count() const;
  };

  void observe(std::chrono::nanoseconds taken) noexcept;

  /// Returns what was counted. While others observe, `seconds` may differ from the buckets by an observation
  /// or two.
  [[nodiscard]] Snapshot snapshot() const;

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> nanoseconds_ = 0;
};

/// Counts what succeeds, with the time that it takes, and what fails. Thread-safe.
class Outcomes {
 public:
  struct Snapshot {
    Latencies::Snapshot succeeded;
    std::uint64_t failed = 0;
  };

  /// Measures one piece of work from its construction on. Without a call of succeeded() it has failed.
  class Measurement {
   public:
    explicit Measurement(Outcomes& outcomes) : outcomes_(outcomes) {}
    ~Measurement();
    Measurement(const Measurement&) = delete;
    Measurement& operator=(const Measurement&) = delete;

    void succeeded() noexcept { has_succeeded_ = true; }

   private:
    Outcomes& outcomes_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    bool has_succeeded_ = false;
  };

  [[nodiscard]] Snapshot snapshot() const;

 private:
  Latencies succeeded_;
  std::atomic<std::uint64_t> failed_ = 0;
};

}  // namespace annals::ops
