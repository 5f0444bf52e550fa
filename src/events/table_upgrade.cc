#include "events/table_upgrade.h"

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "engine/count.h"
#include "engine/rows.h"
#include "events/searched_text.h"

namespace annals::events {
namespace {

using boost::asio::awaitable;

constexpr std::string_view kFirstForm = "Annals events";
constexpr std::string_view kWithoutWords = "Annals events in order of arrival";
/// Returns the expression that gives old rows their place: commits in the order of their numbers,
/// microseconds of a clock, and in each the rows in their order.
std::string arrival_of_old_rows(std::uint64_t first_commit, std::uint64_t last_commit,
                                std::uint64_t max_place) {
  const std::uint64_t rows = max_place + 1;
  if (last_commit - first_commit >= std::numeric_limits<std::int64_t>::max() / rows) {
    throw std::runtime_error("the commits of an events table lie too far apart to be numbered");
  }
  return fmt::format("(commit - {}) * {} + place + 1", first_commit, rows);
}

}  // namespace

awaitable<std::vector<TableUpgrade::Outdated>> TableUpgrade::outdated() {
  const auto text = co_await engine_.query(
      {.sql = fmt::format("SELECT database, {}, comment FROM system.tables "
                          "WHERE comment IN ({{forms:Array(String)}}) AND {}",
                          owner_sql("name"), is_events_table_sql("name")),
       .parameters = {{.name = "forms", .value = fmt::format("['{}','{}']", kFirstForm, kWithoutWords)}}});
  std::vector<Outdated> tables;
  engine::for_each_line(text, [&](std::string_view line) {
    const auto table = read_table(engine_, line);
    if (!table) return;
    const bool is_of_first_form = line.substr(line.rfind('\t') + 1) == kFirstForm;
    tables.push_back({.table = *table, .is_of_first_form = is_of_first_form});
  });
  co_return tables;
}

awaitable<void> TableUpgrade::upgrade(Outdated outdated) {
  const EventsTable& table = outdated.table;
  const std::string name = table.quoted();
  std::string materialized = fmt::format("MATERIALIZE INDEX {}", kWordsIndex);
  if (outdated.is_of_first_form) {
    if (other_instances_) co_await remove_doubles(table);
    co_await add_arrival(table);
    materialized += ", MATERIALIZE COLUMN arrival, MATERIALIZE INDEX by_arrival";
  }
  co_await engine_.execute(
      table.statement(fmt::format("ALTER TABLE {} ADD INDEX IF NOT EXISTS {}", name, words_index())));
  // Until this is done in the background, the engine computes what it reads.
  co_await engine_.execute(table.statement(fmt::format("ALTER TABLE {} {}", name, materialized)));
  // The last step marks the table as upgraded.
  co_await engine_.execute(
      table.statement(fmt::format("ALTER TABLE {} MODIFY COMMENT '{}'", name, kTableComment)));
}

/// Adds the column unless it is there, so that rows of today are not counted among the old ones.
awaitable<void> TableUpgrade::add_arrival(EventsTable table) {
  const bool has_column = co_await engine::counts_any(
      engine_, table.statement("SELECT count() FROM system.columns WHERE name = 'arrival' AND database = "
                               "{database:String} AND table = {table:String}",
                               {{"database", table.database.text()}, {"table", table.name()}}));
  if (has_column) co_return;
  const std::string name = table.quoted();
  const auto text = co_await engine_.query(
      table.statement(fmt::format("SELECT min(commit), max(commit), max(place) FROM {}", name)));
  const auto bounds = engine::numbers_in(text, 3);
  co_await engine_.execute(
      table.statement(fmt::format(R"(
ALTER TABLE {}
  ADD COLUMN IF NOT EXISTS arrival UInt64 DEFAULT {},
  ADD INDEX IF NOT EXISTS by_arrival arrival TYPE minmax GRANULARITY 1,
  ADD CONSTRAINT IF NOT EXISTS in_time {},
  MODIFY SETTING non_replicated_deduplication_window = {})",
                                  name, arrival_of_old_rows(bounds.at(0), bounds.at(1), bounds.at(2)),
                                  kInTimeCheck, other_instances_ ? kDeduplicationWindow : 0)));
}

/// Deletes all rows of an id but the first. Two instances could bring an event in twice, for queries with
/// FINAL to hide one.
awaitable<void> TableUpgrade::remove_doubles(EventsTable table) {
  const std::string name = table.quoted();
  co_await engine_.execute(table.statement(fmt::format(R"(
DELETE FROM {0}
WHERE event_id IN (SELECT event_id FROM {0} GROUP BY event_id HAVING count() > 1)
  AND (event_id, commit, place) NOT IN
    (SELECT event_id, tupleElement(min((commit, place)) AS first, 1), tupleElement(first, 2)
     FROM {0} GROUP BY event_id HAVING count() > 1)
SETTINGS lightweight_deletes_sync = 2)",
                                                       name)));
}

}  // namespace annals::events
