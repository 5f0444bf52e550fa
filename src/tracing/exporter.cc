#include "tracing/exporter.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <iterator>
#include <random>

#include <fmt/format.h>

#include "ops/log.h"

namespace annals::tracing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t kMaxBatch = 512;
/// The longest time that a receiver is left alone, whatever it asks for.
constexpr auto kLongestPeace = 300s;
constexpr auto kLongestPause = 30s;
constexpr std::size_t kMaxAnswer = std::size_t{64} << 10U;

/// Returns whether the specification of OTLP lets a request be sent again after that status.
bool is_passing(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

/// Reads Retry-After in seconds. A date, which the header may hold too, counts as none.
std::optional<std::chrono::seconds> retry_after(const io::HttpResponse& response) {
  const std::string_view text = response.header("retry-after");
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return std::min<std::chrono::seconds>(std::chrono::seconds(seconds), kLongestPeace);
}

/// Returns a time between a half and the whole of `pause`, so that many instances do not come at once.
milliseconds with_jitter(milliseconds pause) {
  std::minstd_rand random{std::random_device{}()};
  return milliseconds(
      std::uniform_int_distribution<milliseconds::rep>(pause.count() / 2, pause.count())(random));
}

}  // namespace

Exporter::Exporter(Settings settings)
    : settings_(std::move(settings)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Exporter::~Exporter() {
  thread_.request_stop();
}

void Exporter::take(ops::EndedSpan span) noexcept {
  bool is_batch = false;
  try {
    const std::scoped_lock lock(mutex_);
    if (has_ended_ || waiting_.size() >= settings_.max_waiting) {
      ++counts_.without_room;
      return;
    }
    waiting_.push_back(std::move(span));
    is_batch = waiting_.size() >= std::min(kMaxBatch, settings_.max_waiting);
  } catch (const std::exception&) {  // no memory: the span is lost
    const std::scoped_lock lock(mutex_);
    ++counts_.without_room;
  }
  if (is_batch) changed_.notify_all();
}

void Exporter::finish(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  finish_by_ = deadline;
  changed_.notify_all();
  changed_.wait_until(lock, deadline, [this] { return has_ended_; });
  has_ended_ = true;
  thread_.request_stop();
}

Exporter::Status Exporter::status() const {
  const std::scoped_lock lock(mutex_);
  Status status = counts_;
  status.waiting = waiting_.size();
  status.max_waiting = settings_.max_waiting;
  return status;
}

void Exporter::run(const std::stop_token& stop) {
  try {
    io::HttpClient http(settings_.ca_file);
    while (const auto batch = next_batch(stop)) send(http, *batch, stop);
  } catch (const std::exception& error) {
    ops::log(ops::Level::error, "the export of spans has ended", {{"error", error.what()}});
  }
  const std::scoped_lock lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

/// Waits for a batch that is full, or old enough. Returns nullopt at the end.
std::optional<Exporter::Batch> Exporter::next_batch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto full = std::min(kMaxBatch, settings_.max_waiting);
  const auto is_due = [&] { return waiting_.size() >= full || finish_by_.has_value(); };
  do {
    changed_.wait_for(lock, stop, settings_.interval, is_due);
    if (stop.stop_requested() || (finish_by_ && waiting_.empty())) return std::nullopt;
  } while (waiting_.empty());
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(kMaxBatch, waiting_.size()));
  Batch batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

/// Sends the batch until the receiver has taken or refused it, or it is given up.
void Exporter::send(io::HttpClient& http, const Batch& batch, const std::stop_token& stop) {
  const std::string body = otlp_request(settings_.resource, batch);
  const auto give_up_at = Clock::now() + settings_.retry_for;
  Clock::duration wait = not_before_ - Clock::now();
  for (milliseconds backoff = settings_.retry_pause;;
       backoff = std::min<milliseconds>(2 * backoff, kLongestPause)) {
    if (!pause(wait, stop)) return give_up(batch.size(), "the service ends");
    const Attempt last = attempt(http, body, batch.size(), stop);
    if (last.outcome == Outcome::done) return;
    wait = last.retry_after ? milliseconds(*last.retry_after) : with_jitter(backoff);
    if (last.outcome == Outcome::refused) return give_up(batch.size(), last.failure);
    if (last.retry_after) not_before_ = Clock::now() + wait;
    if (Clock::now() + wait > give_up_at) return give_up(batch.size(), last.failure);
  }
}

Exporter::Attempt Exporter::attempt(io::HttpClient& http, std::string_view body, std::size_t spans,
                                    const std::stop_token& stop) {
  constexpr int kOk = 200;
  constexpr int kFirstNoSuccess = 300;
  io::HttpRequest request{.method = "POST",
                          .url = settings_.url,
                          .headers = {{"Content-Type", "application/json"}},
                          .body = body,
                          .connect_timeout = std::min<milliseconds>(5s, settings_.timeout),
                          .timeout = time_for_attempt(),
                          .stop = stop};
  for (const auto& [name, value] : settings_.headers) request.headers.emplace_back(name, value.reveal());
  try {
    const io::HttpResponse response = http.send(request, kMaxAnswer);
    if (response.status >= kOk && response.status < kFirstNoSuccess) {
      const auto rejected = std::min<std::uint64_t>(rejected_spans(response.body), spans);
      const std::scoped_lock lock(mutex_);
      counts_.rejected += rejected;
      counts_.exported += spans - rejected;
      return {.outcome = Outcome::done};
    }
    return {.outcome = is_passing(response.status) ? Outcome::passing : Outcome::refused,
            .failure = fmt::format("the receiver answers with status {}", response.status),
            .retry_after = retry_after(response)};
  } catch (const io::HttpFailure& failure) {
    return {.outcome = Outcome::passing, .failure = failure.what()};
  }
}

milliseconds Exporter::time_for_attempt() const {
  const std::scoped_lock lock(mutex_);
  if (!finish_by_) return settings_.timeout;
  const auto left = std::chrono::duration_cast<milliseconds>(*finish_by_ - Clock::now());
  return std::clamp(left, 1ms, settings_.timeout);
}

/// Waits between two attempts. Returns false if no further one is wanted: at the end each batch gets one.
bool Exporter::pause(Clock::duration time, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (time > time.zero()) {
    changed_.wait_for(lock, stop, time, [this] { return finish_by_.has_value(); });
  }
  return !stop.stop_requested() && !(finish_by_ && (time > time.zero() || Clock::now() >= *finish_by_));
}

void Exporter::give_up(std::size_t spans, const std::string& failure) {
  {
    const std::scoped_lock lock(mutex_);
    counts_.failed += spans;
  }
  ops::log_damped(ops::Level::warning, "spans cannot be exported", {{"spans", spans}, {"error", failure}});
}

}  // namespace annals::tracing
