#include "lanes/insertion.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/lack_of_room.h"
#include "engine/rows.h"
#include "events/row.h"
#include "events/searched_text.h"
#include "ids/uuid.h"
#include "io/pause.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using engine::ExceptionCode;
using events::Event;
using events::EventsTable;

/// How long an insert may be on its way. The deduplication window of a table must hold the inserts of that
/// time, see EventsTable.
constexpr std::int64_t kLongestWay = 80;  // seconds

/// A commit is one block, whatever the settings of the engine's user are: it is visible as a whole, and its
/// token is known as a whole.
constexpr std::string_view kSettings =
    "async_insert = 0, insert_deduplicate = 1, deduplicate_insert = 'enable', "
    "max_insert_block_size = 10000000, max_insert_block_size_bytes = 0, input_format_max_block_size_bytes = "
    "0, "
    "min_insert_block_size_rows = 0, min_insert_block_size_bytes = 0";

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<std::string> encoded(const Insertion::Events& events, std::uint64_t first, std::uint64_t number) {
  std::size_t bytes = 0;
  for (const Event* event : events) bytes += memory_of(*event);  // a row takes less
  std::string rows;
  rows.reserve(bytes);
  io::Stint stint;
  for (const Event* event : events) {
    if (stint.is_over()) co_await stint.renew();
    events::append_row(rows, *event, first++, number);
  }
  co_return rows;
}

}  // namespace

Insertion::Insertion(EventsTable table, Settings settings, EngineClock& clock)
    : table_(std::move(table)), clock_(clock), pauses_(settings.retry_for, settings.pause) {
  renew_number();
}

awaitable<Insertion::Attempt> Insertion::attempt(Events events, TableEnd end) {
  const std::uint64_t first = end.arrival + 1;
  Outcome outcome = Outcome::unknown;
  co_await is_done(insert(events, first, outcome));
  if (outcome == Outcome::too_late) {
    end = co_await find_end(table_, clock_);
    renew_number();
    co_return Attempt{.rest = std::move(events), .end = end};
  }
  if (outcome == Outcome::unknown) co_await pauses_.wait();
  Attempt attempt;
  while (!co_await is_done(look(events, attempt, first, outcome))) co_await pauses_.wait();
  if (!attempt.rest.empty() && pauses_.is_over()) {
    throw EngineError(EngineError::Kind::unavailable, 0, "other instances were faster, again and again");
  }
  co_return attempt;
}

/// Begins a number for the commit: the second by which it must have come to the engine, and 32 random bits.
void Insertion::renew_number() {
  auto number = static_cast<std::uint64_t>(clock_.now() + kLongestWay);
  const Uuid random = random_uuid();
  for (int i = 0; i < 4; ++i) number = (number << 8U) | random.data[i];
  numbers_.push_back(number);
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<engine::Insert> Insertion::insert_of(const Events& events, std::uint64_t first) const {
  auto rows = co_await encoded(events, first, numbers_.back());
  co_return engine::Insert{
      .into =
          fmt::format("{} ({}) SETTINGS {}, {}, insert_deduplication_token = 'arrival {}'", table_.quoted(),
                      events::insert_columns(), kSettings, events::kWordsAfterInsert, first),
      .rows = std::move(rows),
      .query_id = engine::new_query_id(table_.request_id)};
}

/// Sends the insert. That the engine finds it too late, because a clock was set or a machine was asleep, may
/// happen once: the next number of the commit has a later time.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Insertion::insert(const Events& events, std::uint64_t first, Outcome& outcome) {
  try {
    auto insert = co_await insert_of(events, first);
    co_await table_.engine.insert(std::move(insert));
    outcome = Outcome::answered;
    refusals_ = 0;
  } catch (const EngineError& error) {
    if (!error.is(ExceptionCode::violated_constraint)) {
      refusals_ = 0;
      throw;
    }
    if (++refusals_ > 1) {
      throw EngineError(EngineError::Kind::unavailable, 0, "the engine's clock does not agree with itself");
    }
    outcome = Outcome::too_late;
  }
}

/// Finds out what became of an attempt.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Insertion::look(const Events& events, Attempt& attempt, std::uint64_t first,
                                Outcome outcome) {
  attempt.end.seen_at = clock_.now();
  const auto text = co_await table_.engine.query(table_.statement(
      fmt::format("SELECT max(arrival), countIf(commit IN {{commits:Array(UInt64)}}) FROM {} "
                  "WHERE arrival >= {{first:UInt64}}",
                  table_.quoted()),
      {{"commits", fmt::format("[{}]", fmt::join(numbers_, ","))}, {"first", fmt::format("{}", first)}}));
  const auto numbers = engine::numbers_in(text, 2);
  attempt.end.arrival = numbers.at(0);
  const std::uint64_t ours = numbers.at(1);
  // A row can be seen before it is durable.
  if (ours > 0 && outcome == Outcome::unknown) co_await table_.engine.make_durable();
  attempt.rest.clear();
  if (ours == events.size()) co_return;
  attempt.rest = ours == 0 ? events : co_await missing_of(events);
  // Nobody has the number. If the engine knows its token, then nobody will ever have it.
  if (attempt.end.arrival < first) attempt.end.arrival = outcome == Outcome::answered ? first : first - 1;
}

/// Returns those of the events that no attempt of this commit has stored.
awaitable<Insertion::Events> Insertion::missing_of(Events events) {
  const auto text = co_await table_.engine.query(table_.statement(
      fmt::format("SELECT event_id FROM {} WHERE commit IN {{commits:Array(UInt64)}}", table_.quoted()),
      {{"commits", fmt::format("[{}]", fmt::join(numbers_, ","))}}));
  std::set<EventId> stored;
  engine::for_each_line(text, [&](std::string_view line) {
    if (const auto id = EventId::parse(line)) stored.insert(*id);
  });
  std::erase_if(events, [&](const Event* event) { return stored.contains(event->event_id); });
  co_return events;
}

/// Returns whether the work was done: false if its outcome was not seen and there is time for another
/// attempt. For want of room there is none: the sender sends it again, which is idempotent.
awaitable<bool> Insertion::is_done(awaitable<void> work) const {
  try {
    co_await std::move(work);
    co_return true;
  } catch (const EngineError& error) {
    const bool is_hopeless =
        error.kind() == EngineError::Kind::refused || engine::says_lack_of_room(error.what());
    if (is_hopeless || pauses_.is_over()) throw;
  }
  co_return false;
}

}  // namespace annals::lanes
