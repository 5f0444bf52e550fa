#include "lanes/lanes.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/engine.h"
#include "io/wake.h"
#include "ops/log.h"
#include "ops/traced.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using events::Event;
using events::EventsTable;

constexpr std::chrono::milliseconds kLongestGathering{20};
/// From this size on the fixed cost of an insert does not matter, so the lane waits for nobody.
constexpr std::size_t kEnough = std::size_t{1} << 20U;
/// A batch of more bytes than that is large.
constexpr std::size_t kLarge = std::size_t{1} << 20U;

std::size_t size_of(const std::vector<Event>& events) {
  std::size_t bytes = 0;
  for (const Event& event : events) bytes += memory_of(event);
  return bytes;
}

Error too_much_waits() {
  return {ErrorCode::overloaded, "Too many events are waiting to be written. Try again later."};
}

bool names_file(const Event& event) {
  return event.file_id.has_value();
}

/// Counts one more for as long as it lives.
class Running {
 public:
  explicit Running(std::atomic<std::size_t>& counter) : counter_(counter) { ++counter_; }
  ~Running() { --counter_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  std::atomic<std::size_t>& counter_;
};

}  // namespace

/// A call of write(), until its events are committed.
struct Lanes::Waiting {
  EventsTable table;
  std::vector<Event> events;
  std::size_t bytes = 0;
  std::vector<WriteOutcome> outcomes = {};
  ops::TracePlace place = {};  // of the wait, in the trace of the caller
  std::exception_ptr error = {};
};

/// A Place is that of a call among those that wait. It alone holds the coroutine that waits: if it goes
/// before the call is answered, so does the coroutine.
struct Lanes::Place {
  std::shared_ptr<Waiting> call;
  io::Wake wake;
};

/// A lane exists as long as it is drained; there are no idle lanes.
struct Lanes::Lane {
  explicit Lane(const boost::asio::any_io_executor& executor)
      : strand(boost::asio::make_strand(executor)), gathering(strand) {}

  boost::asio::any_io_executor strand;  // of the drain
  std::deque<Place> queue;
  std::size_t bytes = 0;
  boost::asio::steady_timer gathering;  // used on the strand only
  std::size_t wanted = 0;               // length of the queue that ends the gathering; 0: it does not gather
};

/// Holds the events of a call whose files are looked at, which may take long if the file store hangs. Throws
/// Error(overloaded) if too much is held already; events without files are not held up by it.
class Lanes::Looking {
 public:
  Looking(Lanes& lanes, std::size_t bytes) : lanes_(lanes), bytes_(bytes) {
    const std::scoped_lock lock(lanes_.mutex_);
    if (lanes_.bytes_looking_ > 0 && lanes_.bytes_looking_ + bytes_ > lanes_.limits_.max_bytes_waiting) {
      throw too_much_waits();
    }
    lanes_.bytes_looking_ += bytes_;
  }
  ~Looking() {
    const std::scoped_lock lock(lanes_.mutex_);
    lanes_.bytes_looking_ -= bytes_;
  }
  Looking(const Looking&) = delete;
  Looking& operator=(const Looking&) = delete;

 private:
  Lanes& lanes_;
  const std::size_t bytes_;
};

std::chrono::steady_clock::duration default_gather_time(std::chrono::steady_clock::duration commit_time) {
  return std::min<std::chrono::steady_clock::duration>(commit_time / 2, kLongestGathering);
}

std::chrono::steady_clock::duration no_gather_time(std::chrono::steady_clock::duration /*commit_time*/) {
  return {};
}

Lanes::Lanes(boost::asio::any_io_executor executor, Commit commit, LaneLimits limits, FindFiles find_files)
    : executor_(std::move(executor)),
      commit_(std::move(commit)),
      find_files_(std::move(find_files)),
      limits_(limits),
      slots_(limits.max_commits),
      large_slots_(limits.max_large_commits) {}

Lanes::~Lanes() = default;

awaitable<std::vector<WriteOutcome>> Lanes::write(EventsTable table, std::vector<Event> events) {
  if (events.empty()) co_return std::vector<WriteOutcome>{};
  const auto place = co_await ops::current_place();
  ops::Span span(place, ops::SpanKind::internal, "write events");
  span.set("annals.events", static_cast<std::int64_t>(events.size()));
  if (find_files_ && std::ranges::any_of(events, names_file)) {
    events = co_await with_files(table.owner, table.database, std::move(events));
  }
  auto waiting = std::make_shared<Waiting>(
      Waiting{.table = std::move(table), .events = std::move(events), .place = span.place()});
  waiting->bytes = size_of(waiting->events);
  waiting->outcomes.resize(waiting->events.size());
  co_await io::suspend([this, waiting](io::Wake wake) { enqueue(waiting, std::move(wake)); });
  if (waiting->error) {
    span.fail("_OTHER");
    std::rethrow_exception(waiting->error);
  }
  co_return std::move(waiting->outcomes);
}

/// Returns the events with what is known of their files. A crash after it leaves files that are sealed
/// without an event; the sender does not know that the event is stored, and sends it again.
awaitable<std::vector<Event>> Lanes::with_files(ClientId owner, DatabaseName database,
                                                std::vector<Event> events) {
  const Looking looking(*this, size_of(events));
  std::vector<FileId> files;
  for (const Event& event : events) {
    if (event.file_id) files.push_back(*event.file_id);
  }
  auto facts = co_await find_files_(owner, std::move(database), std::move(files));
  auto next = facts.begin();
  for (Event& event : events) {
    if (event.file_id && next != facts.end()) event.file_facts = std::move(*next++);
  }
  co_return events;
}

std::size_t Lanes::bytes_per_write() const {
  constexpr std::size_t kWrites = 8;
  return std::min(limits_.max_bytes_per_commit / 2, limits_.max_bytes_waiting_per_tenant / kWrites);
}

void Lanes::enqueue(const std::shared_ptr<Waiting>& waiting, io::Wake wake) {
  std::shared_ptr<Lane> starts;
  std::shared_ptr<Lane> complete;
  io::Wake refused;
  {
    const std::scoped_lock lock(mutex_);
    waiting->error = refusal(*waiting);
    if (waiting->error) {
      ++refused_;
      refused = std::move(wake);
    } else {
      auto& lane = lanes_.try_emplace(waiting->table.owner).first->second;
      if (!lane) starts = lane = std::make_shared<Lane>(executor_);
      lane->bytes += waiting->bytes;
      bytes_waiting_ += waiting->bytes;
      lane->queue.push_back({.call = waiting, .wake = std::move(wake)});
      if (lane->queue.size() == lane->wanted) complete = lane;
    }
  }
  if (refused) {
    refused();
  } else if (starts) {
    boost::asio::co_spawn(starts->strand, drain(waiting->table.owner, starts),
                          [](const std::exception_ptr& error) {
                            if (error) ops::log(ops::Level::error, "a lane ended with an exception");
                          });
  } else if (complete) {
    boost::asio::post(complete->strand, [complete] { complete->gathering.cancel(); });
  }
}

/// Returns why it may not wait, or null. What exceeds a whole limit may wait alone. Call with the mutex held.
std::exception_ptr Lanes::refusal(const Waiting& waiting) const {
  const auto exceeds = [&](std::size_t held, std::size_t room) {
    return held > 0 && held + waiting.bytes > room;
  };
  const auto lane = lanes_.find(waiting.table.owner);
  if (lane != lanes_.end() && exceeds(lane->second->bytes, limits_.max_bytes_waiting_per_tenant)) {
    return std::make_exception_ptr(Error(
        ErrorCode::over_quota, "Too many events of this client are waiting to be written. Try again later."));
  }
  if (exceeds(bytes_waiting_, limits_.max_bytes_waiting)) {
    return std::make_exception_ptr(too_much_waits());
  }
  return nullptr;
}

/// Commits batch after batch until nothing waits. Whatever goes wrong, everybody who waits is answered.
awaitable<void> Lanes::drain(ClientId owner, std::shared_ptr<Lane> lane) {
  std::exception_ptr error;
  try {
    while (true) {
      const Committed committed = co_await commit_next(owner, *lane);
      if (committed.calls == 0) co_return;
      co_await gather(lane, committed.calls, committed.time);
    }
  } catch (...) {
    error = std::current_exception();
  }
  give_up(owner, *lane, error);
  std::rethrow_exception(error);
}

/// Commits one batch when it is this lane's turn. What is in flight is not counted as waiting, so only few
/// batches may be large.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<Lanes::Committed> Lanes::commit_next(ClientId owner, Lane& lane) {
  if (!is_large(lane)) {
    const auto committed = co_await commit_up_to(owner, lane, kLarge);
    co_return committed;
  }
  co_await large_slots_.take();
  const io::HeldSlot slot(large_slots_);
  const auto committed = co_await commit_up_to(owner, lane, limits_.max_bytes_per_commit);
  co_return committed;
}

bool Lanes::is_large(const Lane& lane) {
  const std::scoped_lock lock(mutex_);
  return lane.bytes > kLarge;
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<Lanes::Committed> Lanes::commit_up_to(ClientId owner, Lane& lane, std::size_t bytes) {
  co_await slots_.take();
  const io::HeldSlot slot(slots_);
  Batch batch = take(owner, lane, std::min(bytes, limits_.max_bytes_per_commit));
  const auto began = std::chrono::steady_clock::now();
  if (!batch.empty()) co_await commit(batch);
  co_return Committed{.calls = batch.size(), .time = std::chrono::steady_clock::now() - began};
}

/// Refuses everything that waits, and removes the lane.
void Lanes::give_up(ClientId owner, Lane& lane, const std::exception_ptr& error) {
  std::deque<Place> queue;
  {
    const std::scoped_lock lock(mutex_);
    bytes_waiting_ -= std::exchange(lane.bytes, 0);
    queue = std::exchange(lane.queue, {});
    lanes_.erase(owner);
  }
  for (Place& place : queue) {
    place.call->error = error;
    place.wake();
  }
}

/// Waits for those who were just answered: most send their next event at once, and without them each commit
/// would carry only half of the senders, for ever. Ends when as many have come, after half of the commit's
/// time at the latest. A sender that is alone waits for nobody.
awaitable<void> Lanes::gather(std::shared_ptr<Lane> lane, std::size_t answered,
                              std::chrono::steady_clock::duration commit_time) {
  const auto time = limits_.gather_time(commit_time);
  if (time <= time.zero()) co_return;
  lane->gathering.expires_after(time);
  {
    const std::scoped_lock lock(mutex_);
    if (lane->bytes >= kEnough) co_return;
    lane->wanted = lane->queue.size() + answered;
  }
  boost::system::error_code cancelled;
  co_await lane->gathering.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  const std::scoped_lock lock(mutex_);
  lane->wanted = 0;
}

/// Takes the next batch, as large as the limits allow. Removes the lane if nothing waits.
Lanes::Batch Lanes::take(ClientId owner, Lane& lane, std::size_t max_bytes) {
  Batch batch;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  const std::scoped_lock lock(mutex_);
  batch.reserve(lane.queue.size());  // what is taken from the queue must not be lost to an exception
  while (!lane.queue.empty()) {
    Place& next = lane.queue.front();
    rows += next.call->events.size();
    bytes += next.call->bytes;
    if (!batch.empty() && (rows > limits_.max_rows_per_commit || bytes > max_bytes)) break;
    lane.bytes -= next.call->bytes;
    bytes_waiting_ -= next.call->bytes;
    batch.push_back(std::move(next));
    lane.queue.pop_front();
  }
  if (batch.empty()) lanes_.erase(owner);
  return batch;
}

std::vector<const Event*> Lanes::events_of(BatchView batch) {
  std::vector<const Event*> events;
  for (const Place& place : batch) {
    for (const Event& event : place.call->events) events.push_back(&event);
  }
  return events;
}

awaitable<std::vector<WriteOutcome>> Lanes::commit_counted(BatchView batch) {
  const Running running(running_);
  ops::Outcomes::Measurement measurement(commits_);
  auto events = events_of(batch);
  const std::size_t count = events.size();
  // One of the calls has the commit in its trace; the others see how long they wait for it.
  const auto recorded =
      std::ranges::find_if(batch, [](const Place& place) { return place.call->place.is_recorded(); });
  const Place& traced = recorded == batch.end() ? batch.front() : *recorded;
  auto outcomes =
      co_await ops::at_place(traced.call->place, commit_(batch.front().call->table, std::move(events)));
  if (outcomes.size() != count) throw std::logic_error("a commit told of too few or too many events");
  measurement.succeeded();
  const std::scoped_lock lock(mutex_);
  events_.add(outcomes);
  co_return outcomes;
}

void Lanes::discard() {
  std::vector<std::deque<Place>> waiting;  // destroyed without the lock, which what they own may take
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [owner, lane] : lanes_) waiting.push_back(std::exchange(lane->queue, {}));
  }
  waiting.clear();
  slots_.discard();
  large_slots_.discard();
}

Lanes::Status Lanes::status() const {
  Status status{.max_bytes_waiting = limits_.max_bytes_waiting,
                .commits_running = running_,
                .max_commits = limits_.max_commits,
                .commits = commits_.snapshot()};
  const std::scoped_lock lock(mutex_);
  status.lanes = lanes_.size();
  status.bytes_waiting = bytes_waiting_;
  status.refused = refused_;
  status.events = events_;
  return status;
}

/// Commits a batch and wakes those who wait for it. A batch that the engine refuses is bisected, so that the
/// refusal reaches only the calls that caused it. Throws nothing that it could give to those who wait.
awaitable<void> Lanes::commit(BatchView batch) {
  std::exception_ptr error;
  bool refused = false;
  std::vector<WriteOutcome> outcomes;
  try {
    outcomes = co_await commit_counted(batch);
  } catch (const engine::EngineError& engine_error) {
    refused = engine_error.kind() == engine::EngineError::Kind::refused;
    error = std::current_exception();
  } catch (...) {
    error = std::current_exception();
  }
  if (refused && batch.size() > 1) {
    const std::size_t half = batch.size() / 2;
    co_await commit(batch.first(half));
    co_await commit(batch.subspan(half));
    co_return;
  }
  auto outcome = outcomes.begin();
  for (Place& place : batch) {
    Waiting& waiting = *place.call;
    const auto count = static_cast<std::ptrdiff_t>(waiting.events.size());
    if (!error) {
      std::copy_n(outcome, count, waiting.outcomes.begin());
      outcome += count;
    }
    waiting.error = error;
    place.wake();
  }
}

}  // namespace annals::lanes
