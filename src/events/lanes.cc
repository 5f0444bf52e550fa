#include "events/lanes.h"

#include <algorithm>
#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>

#include "io/wake.h"
#include "ops/log.h"

namespace annals::events {
namespace {

using boost::asio::awaitable;

std::size_t size_of(const std::vector<Event>& events) {
  std::size_t bytes = 0;
  for (const Event& event : events) bytes += memory_of(event);
  return bytes;
}

}  // namespace

/// One call of write(), until its events are committed.
struct Lanes::Waiting {
  EventsTable table;
  std::vector<Event> events;
  std::size_t bytes = 0;
  std::vector<Fate> fates = {};
  std::exception_ptr error = {};
  io::Wake wake = {};
};

/// What leaves together.
struct Lanes::Batch {
  Requests requests;
  std::vector<Uuid> ids;  // of all its events, sorted
};

/// A lane is there as long as somebody drains it; an idle lane does not exist.
struct Lanes::Lane {
  explicit Lane(const boost::asio::any_io_executor& executor) : strand(boost::asio::make_strand(executor)) {}

  boost::asio::any_io_executor strand;  // what its commits do between their waits is done by one at a time
  std::deque<std::shared_ptr<Waiting>> queue;
  std::size_t bytes = 0;
  std::size_t drains = 0;
  std::vector<std::shared_ptr<const Batch>> running;
};

bool Lanes::being_written(const Lane& lane, const Waiting& waiting) {
  return std::ranges::any_of(lane.running, [&](const auto& batch) {
    return std::ranges::any_of(waiting.events, [&](const Event& event) {
      return std::ranges::binary_search(batch->ids, event.event_id);
    });
  });
}

Lanes::Lanes(boost::asio::any_io_executor executor, Commits& commits, LaneLimits limits)
    : executor_(std::move(executor)), commits_(commits), limits_(limits), slots_(limits.max_commits) {}

Lanes::~Lanes() = default;

awaitable<std::vector<Fate>> Lanes::write(EventsTable table, std::vector<Event> events) {
  if (events.empty()) co_return std::vector<Fate>{};
  auto waiting = std::make_shared<Waiting>(Waiting{.table = std::move(table), .events = std::move(events)});
  waiting->bytes = size_of(waiting->events);
  co_await io::suspend([this, waiting](io::Wake wake) {
    waiting->wake = std::move(wake);
    enqueue(waiting);
  });
  if (waiting->error) std::rethrow_exception(waiting->error);
  co_return std::move(waiting->fates);
}

std::size_t Lanes::bytes_per_write() const {
  constexpr std::size_t kWrites = 8;
  return std::min(limits_.max_bytes_per_commit / 2, limits_.max_bytes_waiting_per_tenant / kWrites);
}

void Lanes::enqueue(const std::shared_ptr<Waiting>& waiting) {
  std::shared_ptr<Lane> starts;
  bool refused = false;
  {
    const std::scoped_lock lock(mutex_);
    waiting->error = refusal(*waiting);
    refused = waiting->error != nullptr;
    if (!refused) {
      auto& lane = lanes_[waiting->table.owner];
      if (!lane) lane = std::make_shared<Lane>(executor_);
      if (lane->drains < limits_.max_commits_per_tenant) {
        ++lane->drains;
        starts = lane;
      }
      lane->bytes += waiting->bytes;
      bytes_waiting_ += waiting->bytes;
      lane->queue.push_back(waiting);
    }
  }
  if (refused) {
    waiting->wake();
  } else if (starts) {
    boost::asio::co_spawn(starts->strand, drain(waiting->table.owner, starts),
                          [](const std::exception_ptr& error) {
                            if (error) ops::log(ops::Level::error, "a lane ended with an exception");
                          });
  }
}

/// Why it may not wait, or null. Something that is larger than all room there is passes when nothing else
/// waits. To be called with the mutex held.
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
    return std::make_exception_ptr(
        Error(ErrorCode::overloaded, "Too many events are waiting to be written. Try again later."));
  }
  return nullptr;
}

/// Runs while it finds something to write.
awaitable<void> Lanes::drain(Uuid owner, std::shared_ptr<Lane> lane) {
  while (true) {
    co_await slots_.take();
    const auto batch = take(owner, *lane);
    if (!batch) break;
    co_await commit(batch->requests);
    slots_.give_back();
    const std::scoped_lock lock(mutex_);
    std::erase(lane->running, batch);
  }
  slots_.give_back();
}

/// The next batch, as large as the limits allow. What holds an id that is being written waits until that is
/// done: only then can be told what it is. Null when there is nothing to do; then this drain has left the
/// lane, under the same lock, so that whatever comes later finds another or starts one.
std::shared_ptr<Lanes::Batch> Lanes::take(const Uuid& owner, Lane& lane) {
  auto batch = std::make_shared<Batch>();
  std::size_t bytes = 0;
  const std::scoped_lock lock(mutex_);
  for (auto next = lane.queue.begin(); next != lane.queue.end();) {
    const auto& waiting = **next;
    const bool full = batch->ids.size() + waiting.events.size() > limits_.max_rows_per_commit ||
                      bytes + waiting.bytes > limits_.max_bytes_per_commit;
    if (full && !batch->requests.empty()) break;
    if (being_written(lane, waiting)) {
      ++next;
      continue;
    }
    bytes += waiting.bytes;
    for (const Event& event : waiting.events) batch->ids.push_back(event.event_id);
    batch->requests.push_back(std::move(*next));
    next = lane.queue.erase(next);
  }
  lane.bytes -= bytes;
  bytes_waiting_ -= bytes;
  if (batch->requests.empty()) {
    if (--lane.drains == 0) lanes_.erase(owner);
    return nullptr;
  }
  std::ranges::sort(batch->ids);
  lane.running.push_back(batch);
  return batch;
}

/// Commits a batch and wakes those who wait for it. What the engine refuses as a whole is halved, until the
/// refusal meets only those whom it is meant for.
awaitable<void> Lanes::commit(Requests batch) {
  std::vector<const Event*> events;
  for (const auto& waiting : batch) {
    for (const Event& event : waiting->events) events.push_back(&event);
  }
  std::exception_ptr error;
  bool refused = false;
  std::vector<Fate> fates;
  try {
    fates = co_await commits_.commit(batch.front()->table, std::move(events));
  } catch (const engine::EngineError& engine_error) {
    refused = engine_error.kind() == engine::EngineError::Kind::refused;
    error = std::current_exception();
  } catch (...) {
    error = std::current_exception();
  }
  if (refused && batch.size() > 1) {
    const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
    co_await commit(Requests(batch.begin(), middle));
    co_await commit(Requests(middle, batch.end()));
    co_return;
  }
  auto fate = fates.begin();
  for (const auto& waiting : batch) {
    const auto count = static_cast<std::ptrdiff_t>(waiting->events.size());
    if (!error) waiting->fates.assign(fate, fate + count);
    if (!error) fate += count;
    waiting->error = error;
    waiting->wake();
  }
}

}  // namespace annals::events
