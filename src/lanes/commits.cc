#include "lanes/commits.h"

#include <cstdint>
#include <utility>

#include "lanes/insertion.h"
#include "lanes/stored_ids.h"
#include "lanes/table_end.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using events::EventsTable;

/// The ids that this process has written say nothing about those of other instances.
constexpr std::size_t kNoKnownIds = 0;

/// How long an end that was seen may be built on, because others write to the table. The deduplication window
/// of a table must hold the inserts of this time and of the lateness of an insert, see EventsTable.
constexpr std::int64_t kMaxEndAge = 10;  // seconds

}  // namespace

Commits::Commits(Settings settings) : settings_(settings), tables_(kNoKnownIds, clock_) {}

awaitable<std::vector<WriteOutcome>> Commits::commit(EventsTable table,
                                                     std::vector<const events::Event*> events) {
  const ClientId owner = table.owner;
  auto outcomes = co_await tables_.unless_gone(owner, commit_to(std::move(table), std::move(events)));
  co_return outcomes;
}

awaitable<std::vector<WriteOutcome>> Commits::commit_to(EventsTable table, Events events) {
  const ClientId owner = table.owner;
  const auto known = co_await tables_.find(table);
  Batch batch(std::move(events));
  co_await append(std::move(table), *known, batch);
  batch.log_conflicts(owner);
  co_return batch.outcomes();
}

bool Commits::is_old(TableEnd end) const {
  return clock_.now() - end.seen_at >= kMaxEndAge;
}

/// Stores those events of the batch that are new, each above an `end` up to which every row was looked at.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Commits::append(EventsTable table, KnownTable& known, Batch& batch) {
  Insertion insertion(table, {.retry_for = settings_.retry_for, .pause = settings_.retry_pause}, clock_);
  auto suspects = batch.open_ids();
  while (true) {
    // If this throws after the rows are in the table, then their numbers are taken and `end` is not known.
    auto end = std::exchange(known.end, std::nullopt);
    if (!end || is_old(*end)) end = co_await find_end(table, clock_);
    const auto stored = co_await find_stored(table, suspects);
    // An attempt whose answer was lost may have come to the engine since it was looked for.
    const Events fresh = batch.leave_new(suspects, stored, insertion.numbers());
    if (fresh.empty()) {
      known.end = end;
      co_return;
    }
    const auto attempt = co_await insertion.attempt(fresh, *end);
    known.end = attempt.end;
    batch.accept_all_but(attempt.rest);
    if (attempt.rest.empty()) co_return;
    suspects = batch.open_ids();
  }
}

}  // namespace annals::lanes
