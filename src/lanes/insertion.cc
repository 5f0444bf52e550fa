#include "lanes/insertion.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "events/row.h"
#include "ids/uuid.h"
#include "io/pause.h"
#include "lanes/stored_ids.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using events::Event;
using events::EventsTable;
using Events = std::vector<const Event*>;

constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{2'000};

/// Encodes the events as one commit.
std::string encoded(const std::vector<const Event*>& events, std::uint64_t number) {
  std::size_t bytes = 0;
  for (const Event* event : events) bytes += memory_of(*event);  // a row takes less
  std::string rows;
  rows.reserve(bytes);
  std::uint32_t place = 0;
  for (const Event* event : events) events::append_row(rows, *event, number, place++);
  return rows;
}

/// Makes the insert of a commit, with a token of its own.
engine::Insert insert_of(const EventsTable& table, const Events& events, std::uint64_t number) {
  return {.into = fmt::format("{} ({}) SETTINGS async_insert = 0, insert_deduplication_token = '{}'",
                              table.quoted(), events::insert_columns(), uuid_text(random_uuid())),
          .rows = encoded(events, number)};
}

/// Waits between attempts, longer each time.
class Pauses {
 public:
  explicit Pauses(std::chrono::milliseconds retry_for)
      : deadline_(std::chrono::steady_clock::now() + retry_for) {}

  [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() + pause_ > deadline_; }
  awaitable<void> wait() {
    co_await io::pause(pause_);
    pause_ = std::min(2 * pause_, kLongestPause);
  }

 private:
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::milliseconds pause_ = kFirstPause;
};

/// Returns whether the work was done. False if its outcome was not seen and there is time for another
/// attempt.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<bool> is_done(awaitable<void> work, const Pauses& pauses) {
  try {
    co_await std::move(work);
    co_return true;
  } catch (const EngineError& error) {
    if (error.kind() == EngineError::Kind::refused || pauses.is_over()) throw;
  }
  co_return false;
}

/// Removes from `events` those that are stored. The rest of them are known to be missing.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> leave_missing(EventsTable table, Events& events) {
  const auto stored = co_await find_stored(table, ids_of(events));
  std::set<EventId> ids(stored.ids.begin(), stored.ids.end());
  std::erase_if(events, [&](const Event* event) { return ids.contains(event->event_id); });
  // A row can be seen before it is durable.
  if (!ids.empty()) co_await table.engine.make_durable();
}

}  // namespace

awaitable<std::uint64_t> insert_whole(EventsTable table, Events events,
                                      std::function<std::uint64_t()> next_number,
                                      std::chrono::milliseconds retry_for) {
  Pauses pauses(retry_for);
  std::uint64_t number = next_number();
  engine::Insert insert = insert_of(table, events, number);
  bool first = true;  // the first attempt under its token
  while (true) {
    insert.query_id = engine::new_query_id(table.request_id);
    const bool answered = co_await is_done(table.engine.insert(insert), pauses);
    if (answered && first) co_return number;
    first = false;
    if (!answered) co_await pauses.wait();
    Events missing = events;
    const bool asked = co_await is_done(leave_missing(table, missing), pauses);
    if (asked && missing.empty()) co_return number;
    if (!asked) {
      co_await pauses.wait();
    } else if (answered) {
      // The engine knows the token and has not the rows.
      events = std::move(missing);
      number = next_number();
      insert = insert_of(table, events, number);
      first = true;
    }
  }
}

}  // namespace annals::lanes
