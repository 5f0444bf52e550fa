#include "lanes/commits.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "engine/row_binary.h"
#include "engine/rows.h"
#include "lanes/insertion.h"
#include "lanes/known_ids.h"
#include "lanes/stored_ids.h"
#include "tenants/errors.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using events::Event;
using events::EventsTable;

/// Returns the events whose ids are neither in the table (`stored`) nor earlier in the batch. Only an id
/// among the suspects can be in either.
std::vector<const Event*> new_among(const std::vector<const Event*>& events, std::vector<EventId> suspects,
                                    const std::vector<EventId>& stored, std::vector<WriteOutcome>& outcomes) {
  if (suspects.empty()) return events;
  std::ranges::sort(suspects, std::less<>());
  std::vector<const Event*> kept;
  kept.reserve(events.size());
  std::set<EventId> seen(stored.begin(), stored.end());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const EventId& id = events[i]->event_id;
    const bool is_new = !std::ranges::binary_search(suspects, id, std::less<>()) || seen.insert(id).second;
    outcomes[i] = is_new ? WriteOutcome::accepted : WriteOutcome::duplicate;
    if (is_new) kept.push_back(events[i]);
  }
  return kept;
}

}  // namespace

/// The knowledge of this process about a table.
struct Commits::TableState {
  explicit TableState(std::size_t max_bytes) : known_ids(max_bytes) {}
  /// Makes the size of `known_ids` visible to other threads. Call it after each change.
  void publish_size() { bytes = known_ids.bytes(); }

  KnownIds known_ids;  // used by the one commit in flight
  std::atomic<std::size_t> bytes = 0;
  std::size_t bytes_counted = 0;  // when the sum over all tables was last compared with the limit
};

Commits::Commits(Settings settings) : settings_(settings) {}
Commits::~Commits() = default;

awaitable<std::vector<WriteOutcome>> Commits::commit(EventsTable table, std::vector<const Event*> events) {
  try {
    auto outcomes = co_await commit_to(std::move(table), std::move(events));
    co_return outcomes;
  } catch (const EngineError& error) {
    if (!events::is_table_gone(error)) throw;
  }
  throw tenants::unknown_client();
}

awaitable<std::vector<WriteOutcome>> Commits::commit_to(EventsTable table, Events events) {
  const auto state = co_await state_of(table);
  auto suspects = ids_of(events);
  // Added before the insert: if its answer is lost, the table will be asked for these ids.
  if (!settings_.other_instances) {
    suspects = state->known_ids.add_all(suspects);
    state->publish_size();
    limit_memory(*state);
  }
  const auto stored = co_await find_stored(table, suspects);
  if (!stored.ids_stored_twice.empty()) co_await keep_first(table, stored.ids_stored_twice);
  std::vector<WriteOutcome> outcomes(events.size());
  const Events fresh = new_among(events, std::move(suspects), stored.ids, outcomes);
  if (fresh.empty()) {
    // Seen is not durable: the sync of the original may have failed.
    co_await table.engine.make_durable();
    co_return outcomes;
  }
  const std::uint64_t number =
      co_await insert_whole(table, fresh, [this] { return next_number(); }, settings_.retry_for);
  if (!settings_.other_instances) co_return outcomes;
  const auto lost = co_await yield_to_others(table, fresh, number);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (lost.contains(events[i]->event_id)) outcomes[i] = WriteOutcome::duplicate;
  }
  co_return outcomes;
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

/// Reads what an earlier process has put into the table: its ids, and its highest commit number, which ours
/// must exceed even if the clock has been set back.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Commits::load(EventsTable table, TableState& state) {
  const auto highest =
      co_await table.engine.query(table.statement(fmt::format("SELECT max(commit) FROM {}", table.quoted())));
  const std::uint64_t floor = std::stoull(highest);
  std::uint64_t last = last_number_;
  while (last < floor && !last_number_.compare_exchange_weak(last, floor)) {
  }
  if (settings_.other_instances || floor == 0) co_return;  // the table is queried anyway, or is empty
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

/// Looks whether another instance has inserted one of the ids at the same time, and withdraws all rows of
/// such an id but the first. Returns the ids whose row of ours had to go.
awaitable<std::set<EventId>> Commits::yield_to_others(EventsTable table, Events inserted,
                                                      std::uint64_t number) {
  auto stored = co_await find_stored(table, ids_of(inserted));
  std::set<EventId> lost(stored.ids_stored_twice.begin(), stored.ids_stored_twice.end());
  if (lost.empty()) co_return lost;
  co_await keep_first(table, stored.ids_stored_twice);
  const auto ours = co_await ids_in_commit(table, stored.ids_stored_twice, number);
  for (const EventId& id : ours) lost.erase(id);
  co_return lost;
}

/// Deletes all rows of an id but the one that became visible first, whoever notices; a crash before this
/// leaves them to whoever is sent the id again.
awaitable<void> Commits::keep_first(EventsTable table, std::vector<EventId> ids_stored_twice) {
  for (const auto part : parts_of(ids_stored_twice)) {
    auto statement = table.statement(fmt::format(R"(
DELETE FROM {0}
WHERE event_id IN {{ids:Array(UUID)}} AND (event_id, _block_number) NOT IN
  (SELECT event_id, min(_block_number) FROM {0} WHERE event_id IN {{ids:Array(UUID)}} GROUP BY event_id)
SETTINGS lightweight_deletes_sync = 2)",
                                                 table.quoted()),
                                     {{"ids", array_of(part)}});
    co_await table.engine.execute(std::move(statement));
  }
}

awaitable<std::vector<EventId>> Commits::ids_in_commit(EventsTable table, std::vector<EventId> ids,
                                                       std::uint64_t number) {
  std::vector<EventId> found;
  for (const auto part : parts_of(ids)) {
    auto statement = table.statement(
        fmt::format(
            "SELECT event_id FROM {} WHERE event_id IN {{ids:Array(UUID)}} AND commit = {{number:UInt64}}",
            table.quoted()),
        {{"ids", array_of(part)}, {"number", fmt::format("{}", number)}});
    const auto text = co_await table.engine.query(std::move(statement));
    engine::for_each_line(text, [&](std::string_view line) {
      if (const auto id = EventId::parse(line)) found.push_back(*id);
    });
  }
  co_return found;
}

/// Returns a number higher than all before: the clock in microseconds, or one more than the last.
std::uint64_t Commits::next_number() {
  using std::chrono::microseconds;
  const auto now =
      std::chrono::floor<microseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  std::uint64_t last = last_number_;
  std::uint64_t next = 0;
  do {
    next = std::max(last + 1, static_cast<std::uint64_t>(now));
  } while (!last_number_.compare_exchange_weak(last, next));
  return next;
}

}  // namespace annals::lanes
