#include "lanes/commits.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/row_binary.h"
#include "lanes/insertion.h"
#include "lanes/known_ids.h"
#include "lanes/stored_ids.h"
#include "lanes/table_end.h"
#include "tenants/errors.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using events::EventsTable;

/// How long an end that was seen may be built on if others write to the table. The deduplication window of a
/// table must hold the inserts of this time and of the lateness of an insert, see EventsTable.
constexpr std::int64_t kMaxEndAge = 10;  // seconds

}  // namespace

/// The knowledge of this process about a table.
struct Commits::TableState {
  explicit TableState(std::size_t max_bytes) : known_ids(max_bytes) {}
  /// Makes the size of `known_ids` visible to other threads. Call it after each change.
  void publish_size() { bytes = known_ids.bytes(); }

  // Both are used by the one commit in flight.
  KnownIds known_ids;
  std::optional<TableEnd> end;

  std::atomic<std::size_t> bytes = 0;
  std::size_t bytes_counted = 0;  // when the sum over all tables was last compared with the limit
};

Commits::Commits(Settings settings) : settings_(settings) {}
Commits::~Commits() = default;

awaitable<std::vector<WriteOutcome>> Commits::commit(EventsTable table,
                                                     std::vector<const events::Event*> events) {
  const ClientId owner = table.owner;
  try {
    auto outcomes = co_await commit_to(std::move(table), std::move(events));
    co_return outcomes;
  } catch (const EngineError& error) {
    if (!events::is_table_gone(error)) throw;
  }
  forget(owner);
  throw tenants::unknown_client();
}

awaitable<std::vector<WriteOutcome>> Commits::commit_to(EventsTable table, Events events) {
  const auto state = co_await state_of(table);
  Batch batch(std::move(events));
  co_await append(std::move(table), *state, batch);
  co_return batch.outcomes();
}

bool Commits::is_old(TableEnd end) const {
  return settings_.other_instances && clock_.now() - end.seen_at >= kMaxEndAge;
}

/// Stores those events of the batch that are new, each above an `end` up to which every row was looked at.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Commits::append(EventsTable table, TableState& state, Batch& batch) {
  Insertion insertion(table,
                      {.other_instances = settings_.other_instances,
                       .retry_for = settings_.retry_for,
                       .pause = settings_.retry_pause},
                      clock_);
  auto suspects = batch.open_ids();
  // Added before the insert: if its answer is lost, the table will be asked for these ids.
  if (!settings_.other_instances) {
    suspects = state.known_ids.add_all(suspects);
    state.publish_size();
    limit_memory(state);
  }
  while (true) {
    // If this throws after the rows are in the table, then their numbers are taken and `end` is not known.
    auto end = std::exchange(state.end, std::nullopt);
    if (!end || is_old(*end)) end = co_await find_end(table, clock_);
    const auto stored = co_await find_stored(table, suspects);
    const Events fresh = batch.leave_new(suspects, stored);
    if (fresh.empty()) {
      state.end = end;
      // Seen is not durable: the sync of the original may have failed.
      co_await table.engine.make_durable();
      co_return;
    }
    const auto attempt = co_await insertion.attempt(fresh, *end);
    state.end = attempt.end;
    batch.accept_all_but(attempt.rest);
    if (attempt.rest.empty()) co_return;
    suspects = batch.open_ids();
  }
}

awaitable<std::shared_ptr<Commits::TableState>> Commits::state_of(EventsTable table) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = states_.find(table.owner);
    if (found != states_.end()) co_return found->second;
  }
  auto state = std::make_shared<TableState>(settings_.other_instances ? 0 : settings_.max_known_bytes);
  co_await load(table, *state);
  const std::scoped_lock lock(mutex_);
  // Another commit may have been faster; what it has added since must not be lost.
  co_return states_.try_emplace(table.owner, state).first->second;
}

/// Forgets the tables that no commit uses now if all together take too much memory; they can be read again.
void Commits::limit_memory(TableState& state) {
  if (state.bytes == std::exchange(state.bytes_counted, state.bytes)) return;
  const std::scoped_lock lock(mutex_);
  const auto bytes = [](std::size_t sum, const auto& entry) { return sum + entry.second->bytes; };
  if (std::accumulate(states_.begin(), states_.end(), std::size_t{0}, bytes) > settings_.max_known_bytes) {
    std::erase_if(states_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
}

void Commits::forget(ClientId owner) {
  const std::scoped_lock lock(mutex_);
  states_.erase(owner);
}

/// Reads what is in the table already: its end, and the ids unless the table is asked for them each time.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Commits::load(EventsTable table, TableState& state) {
  state.end = co_await find_end(table, clock_);
  if (settings_.other_instances || state.end->arrival == 0) co_return;
  co_await load_ids(std::move(table), state);
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Commits::load_ids(EventsTable table, TableState& state) {
  std::string rest;
  const auto add = [&](const std::string& part) {
    rest += part;
    const std::size_t whole = rest.size() / sizeof(Uuid) * sizeof(Uuid);
    for (std::size_t at = 0; at < whole; at += sizeof(Uuid)) {
      Uuid id;
      std::ranges::copy(engine::read_uuid(rest.data() + at), id.begin());
      state.known_ids.add(EventId(id));
    }
    rest.erase(0, whole);
    return !state.known_ids.is_saturated();
  };
  co_await table.engine.scan(
      table.statement(fmt::format("SELECT event_id FROM {} FORMAT RowBinary SETTINGS max_execution_time = 0",
                                  table.quoted())),
      add);
  state.publish_size();
}

}  // namespace annals::lanes
