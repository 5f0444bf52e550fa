#include "events/events_table.h"

#include <utility>

#include <fmt/format.h>

#include "events/row.h"

namespace annals::events {

std::string EventsTable::quoted() const {
  std::string id = owner.text();
  std::erase(id, '-');
  return fmt::format("{}.events_{}", engine::quote(database), id);
}

engine::Statement EventsTable::statement(std::string sql, std::vector<engine::Parameter> parameters) const {
  return {.sql = std::move(sql),
          .parameters = std::move(parameters),
          .query_id = engine::new_query_id(request_id)};
}

engine::Statement EventsTable::create_statement() const {
  // The order serves the question asked most, the newest page of one record, and is the identity of an event:
  // a redelivery has the same record, time and id, so rows that a race let in twice collapse under FINAL. The
  // earliest commit wins: `precedence` falls as commits go on. There are no partitions: one insert may carry
  // events of many years, and FINAL would not collapse across them. Granules are small because a page of one
  // record reads few rows; the filter is sharp because every commit asks for ids that are not there. The
  // engine numbers its blocks in the order in which they become visible, which no clock of several instances
  // can.
  constexpr std::string_view kSql = R"(
CREATE TABLE IF NOT EXISTS {}
(
{},
    precedence UInt64 MATERIALIZED bitNot(commit) COMMENT 'of rows that are one event the highest stays',
    INDEX by_event_id event_id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX by_commit commit TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (record_id, event_time, event_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 1024, enable_block_number_column = 1
COMMENT 'Annals events')";
  return statement(fmt::format(kSql, quoted(), column_definitions()));
}

bool is_table_gone(const engine::EngineError& error) {
  return error.is(engine::ExceptionCode::unknown_table) || error.is(engine::ExceptionCode::unknown_database);
}

}  // namespace annals::events
