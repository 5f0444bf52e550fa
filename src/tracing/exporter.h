#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/secret.h"
#include "io/http_client.h"
#include "ops/span.h"
#include "tracing/otlp.h"

namespace annals::tracing {

/// Sends spans to an OTLP receiver over HTTP, in batches, from a thread of its own. Whoever ends a span waits
/// for nothing: of spans that find no room to wait, and of those that the receiver does not take, only the
/// numbers are kept. Thread-safe.
class Exporter final : public ops::SpanSink {
 public:
  using Clock = std::chrono::steady_clock;

  struct Settings {
    std::string url;  // the receiver's, with its path
    std::vector<std::pair<std::string, crypto::Secret>> headers = {};
    std::string ca_file = {};                   // certificates to trust besides the system's
    std::chrono::milliseconds timeout{10'000};  // of one exchange
    std::chrono::milliseconds interval{5'000};  // for which spans wait at most for others, if nothing fails
    std::size_t max_waiting = 2048;             // spans
    std::chrono::milliseconds retry_pause{1'000};  // before the first repetition; it doubles
    std::chrono::milliseconds retry_for{60'000};   // how long a batch is repeated
    Resource resource = {};
  };

  /// The numbers of spans. What was lost is counted by its reason.
  struct Status {
    std::size_t waiting = 0;
    std::size_t max_waiting = 0;
    std::uint64_t exported = 0;
    std::uint64_t without_room = 0;  // too many waited
    std::uint64_t failed = 0;        // the receiver was not reached in time, or refused the batch
    std::uint64_t rejected = 0;      // the receiver took the batch without them
  };

  explicit Exporter(Settings settings);
  /// Gives up what still waits. It may take a second.
  ~Exporter() override;

  void take(ops::EndedSpan span) noexcept override;

  /// Sends what waits, each batch once, as far as there is time, and nothing from then on.
  void finish(Clock::time_point deadline);

  [[nodiscard]] Status status() const;

 private:
  using Batch = std::vector<ops::EndedSpan>;
  enum class Outcome : std::uint8_t { done, refused, passing };
  struct Attempt {
    Outcome outcome = Outcome::passing;
    std::string failure = {};
    std::optional<std::chrono::seconds> retry_after = {};
  };

  void run(const std::stop_token& stop);
  std::optional<Batch> next_batch(const std::stop_token& stop);
  void send(io::HttpClient& http, const Batch& batch, const std::stop_token& stop);
  Attempt attempt(io::HttpClient& http, std::string_view body, std::size_t spans,
                  const std::stop_token& stop);
  [[nodiscard]] std::chrono::milliseconds time_for_attempt() const;
  bool pause(Clock::duration time, const std::stop_token& stop);
  void give_up(std::size_t spans, const std::string& failure);

  const Settings settings_;
  mutable std::mutex mutex_;  // guards what follows but for the thread
  std::condition_variable_any changed_;
  std::deque<ops::EndedSpan> waiting_;
  std::optional<Clock::time_point> finish_by_;
  Clock::time_point not_before_;  // the receiver has asked for peace until then
  bool has_ended_ = false;
  Status counts_ = {};
  std::jthread thread_;  // last, because it uses the rest
};

}  // namespace annals::tracing
