#include "events/lanes.h"

#include <deque>

#include <boost/asio/co_spawn.hpp>

#include "io/wake.h"
#include "ops/log.h"

namespace annals::events {
namespace {

using boost::asio::awaitable;

/// What an event takes in memory, roughly.
std::size_t size_of(const std::vector<Event>& events) {
  std::size_t bytes = 0;
  for (const Event& event : events)
    bytes += sizeof(Event) + event.event_data.size() + event.other_fields.size();
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

struct Lanes::Lane {
  std::deque<std::shared_ptr<Waiting>> queue;
  std::size_t bytes = 0;
};

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

void Lanes::enqueue(std::shared_ptr<Waiting> waiting) {
  std::shared_ptr<Lane> starts;
  bool refused = false;
  {
    const std::scoped_lock lock(mutex_);
    waiting->error = refusal(*waiting);
    refused = waiting->error != nullptr;
    if (!refused) {
      auto& lane = lanes_[waiting->table.owner];
      if (!lane) starts = lane = std::make_shared<Lane>();
      lane->bytes += waiting->bytes;
      bytes_waiting_ += waiting->bytes;
      lane->queue.push_back(waiting);
    }
  }
  if (refused) {
    waiting->wake();
  } else if (starts) {
    boost::asio::co_spawn(executor_, drain(waiting->table.owner, starts),
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

/// Runs while the lane has something to write; an idle lane does not exist.
awaitable<void> Lanes::drain(Uuid owner, std::shared_ptr<Lane> lane) {
  while (true) {
    co_await slots_.take();
    Batch batch = take(owner, *lane);
    if (!batch.empty()) co_await commit(batch);
    slots_.give_back();
    if (batch.empty()) co_return;
  }
}

/// The next batch, as large as the limits allow; the last lane object of a tenant goes when nothing waits.
Lanes::Batch Lanes::take(const Uuid& owner, Lane& lane) {
  Batch batch;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  const std::scoped_lock lock(mutex_);
  while (!lane.queue.empty()) {
    const auto& next = lane.queue.front();
    rows += next->events.size();
    bytes += next->bytes;
    if (!batch.empty() && (rows > limits_.max_rows_per_commit || bytes > limits_.max_bytes_per_commit)) break;
    lane.bytes -= next->bytes;
    bytes_waiting_ -= next->bytes;
    batch.push_back(next);
    lane.queue.pop_front();
  }
  if (batch.empty()) lanes_.erase(owner);
  return batch;
}

/// Commits a batch and wakes those who wait for it. What the engine refuses as a whole is halved, until the
/// refusal meets only those whom it is meant for.
awaitable<void> Lanes::commit(Batch batch) {
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
    co_await commit(Batch(batch.begin(), middle));
    co_await commit(Batch(middle, batch.end()));
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
