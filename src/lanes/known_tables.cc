#include "lanes/known_tables.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/row_binary.h"
#include "tenants/errors.h"

namespace annals::lanes {

using boost::asio::awaitable;
using events::EventsTable;

awaitable<std::shared_ptr<KnownTable>> KnownTables::find(EventsTable table) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = tables_.find(table.owner);
    if (found != tables_.end()) co_return found->second;
  }
  if (prepare_) co_await prepare_(table);
  auto known = std::make_shared<KnownTable>(max_bytes_);
  const TableEnd end = co_await find_end(table, clock_);
  if (max_bytes_ > 0 && end.arrival > 0) co_await load(table, *known);
  known->end = end;
  const std::scoped_lock lock(mutex_);
  if (tables_.size() >= max_tables_) forget_unused();
  // Another commit may have been faster; what it has added since must not be lost.
  co_return tables_.try_emplace(table.owner, known).first->second;
}

std::vector<EventId> KnownTables::add(KnownTable& known, std::span<const EventId> ids) {
  auto suspects = known.ids.add_all(ids);
  known.bytes = known.ids.bytes();
  if (known.bytes == std::exchange(known.bytes_counted, known.bytes)) return suspects;
  const std::scoped_lock lock(mutex_);
  const auto bytes = [](std::size_t sum, const auto& entry) { return sum + entry.second->bytes; };
  if (std::accumulate(tables_.begin(), tables_.end(), std::size_t{0}, bytes) > max_bytes_) {
    forget_unused();
  }
  return suspects;
}

/// Forgets the tables that no commit uses now. The caller holds the lock.
void KnownTables::forget_unused() {
  std::erase_if(tables_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

awaitable<std::vector<WriteOutcome>> KnownTables::unless_gone(ClientId owner,
                                                              awaitable<std::vector<WriteOutcome>> commit) {
  try {
    auto outcomes = co_await std::move(commit);
    co_return outcomes;
  } catch (const engine::EngineError& error) {
    if (!events::is_table_gone(error)) throw;
  }
  forget(owner);
  throw tenants::unknown_client();
}

void KnownTables::forget(ClientId owner) {
  const std::scoped_lock lock(mutex_);
  tables_.erase(owner);
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> KnownTables::load(EventsTable table, KnownTable& known) {
  std::string rest;
  const auto add = [&](const std::string& part) {
    rest += part;
    const std::size_t whole = rest.size() / sizeof(Uuid) * sizeof(Uuid);
    for (std::size_t at = 0; at < whole; at += sizeof(Uuid)) {
      Uuid id;
      std::ranges::copy(engine::read_uuid(rest.data() + at), id.begin());
      known.ids.add(EventId(id));
    }
    rest.erase(0, whole);
    return !known.ids.is_saturated();
  };
  auto statement = table.statement(fmt::format("SELECT event_id FROM {} FORMAT RowBinary", table.quoted()));
  statement.reader = table.owner;  // it may take long
  statement.time_limit = engine::kNoTimeLimit;
  co_await table.engine.scan(std::move(statement), add);
  known.bytes = known.ids.bytes();
}

}  // namespace annals::lanes
