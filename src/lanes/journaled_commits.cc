#include "lanes/journaled_commits.h"

#include <optional>
#include <utility>

#include "events/row.h"
#include "io/pause.h"
#include "lanes/pauses.h"
#include "lanes/stored_ids.h"
#include "ops/traced.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using events::Event;
using events::EventsTable;

awaitable<journal::NumberedRows> encoded(Batch::Events events) {
  journal::NumberedRows rows;
  std::size_t bytes = 0;
  for (const Event* event : events) bytes += memory_of(*event);  // a row takes less
  rows.bytes.reserve(bytes);
  rows.starts.reserve(events.size());
  io::Stint stint;
  for (const Event* event : events) {
    if (stint.is_over()) co_await stint.renew();
    rows.starts.push_back(static_cast<std::uint32_t>(rows.bytes.size()));
    events::append_row(rows.bytes, *event, 0, events::kJournaled);
  }
  co_return rows;
}

}  // namespace

JournaledCommits::JournaledCommits(Settings settings, Parts parts)
    : settings_(settings),
      journal_(parts.journal),
      moves_(parts.moves),
      changes_(parts.changes),
      has_room_(std::move(parts.has_room)),
      tables_(settings.max_known_bytes, clock_,
              [this](EventsTable table) { return moves_.settle(std::move(table)); }) {}

awaitable<std::vector<WriteOutcome>> JournaledCommits::commit(EventsTable table,
                                                              std::vector<const Event*> events) {
  const ClientId owner = table.owner;
  auto outcomes = co_await tables_.unless_gone(owner, commit_to(std::move(table), std::move(events)));
  co_return outcomes;
}

awaitable<std::vector<WriteOutcome>> JournaledCommits::commit_to(EventsTable table, Batch::Events events) {
  // Once a write to the disk has failed, nobody knows what else is lost.
  journal_.check();
  const auto known = co_await tables_.find(table);
  // The table may come from a backup, or have been written to past this journal. Once is enough.
  if (const auto end = std::exchange(known->end, std::nullopt)) journal_.raise(end->arrival);
  Batch batch(std::move(events));
  // Added before they are written: if that fails, the table will be asked for these ids.
  const auto suspects = tables_.add(*known, batch.open_ids());
  Batch::Events fresh;
  if (suspects.empty()) {
    fresh = batch.leave_new({}, {});
  } else {
    co_await moves_.settle(table);
    const auto stored = co_await find_stored(table, suspects);
    fresh = batch.leave_new(suspects, stored);
  }
  batch.log_conflicts(table.owner);
  if (fresh.empty()) co_return batch.outcomes();
  auto rows = co_await encoded(std::move(fresh));
  co_await write(std::move(table), std::move(rows));
  co_return batch.outcomes();
}

awaitable<void> JournaledCommits::write(EventsTable table, journal::NumberedRows rows) {
  events::Changes::Write write(changes_, table.owner);
  const std::size_t count = rows.starts.size();
  if (rows.bytes.size() >= settings_.direct_bytes) {
    co_await insert(std::move(table), std::move(rows));
  } else {
    co_await append(table.owner, std::move(rows));
  }
  write.succeeded(count);
}

/// Inserts events past the journal. Those before them go first, so that the table never holds an event
/// without all that arrived before it; and no other commit of this table is in flight.
awaitable<void> JournaledCommits::insert(EventsTable table, journal::NumberedRows rows) {
  co_await moves_.settle(table);
  rows.number_from(journal_.reserve(rows.starts.size()));
  co_await table.engine.insert(table.insert(std::move(rows.bytes), true));
}

awaitable<void> JournaledCommits::append(ClientId owner, journal::NumberedRows rows) {
  Pauses pauses(settings_.wait_for_room, std::chrono::milliseconds(5));
  while (journal_.is_full(owner, rows.bytes.size())) {
    if (!has_room_()) {
      throw Error(ErrorCode::engine_unavailable, "History database is unavailable.",
                  "the journal is full, and the disk has no room to empty it into tables");
    }
    if (pauses.is_over()) {
      throw Error(ErrorCode::overloaded, "Too many events are waiting to be written. Try again later.",
                  "the journal is full");
    }
    co_await pauses.wait();
  }
  const auto place = co_await ops::current_place();
  ops::Span span(place, ops::SpanKind::internal, "journal commit");
  try {
    co_await journal_.append(owner, std::move(rows));
  } catch (...) {
    span.fail("_OTHER");
    throw;
  }
}

}  // namespace annals::lanes
