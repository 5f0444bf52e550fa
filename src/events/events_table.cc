#include "events/events_table.h"

#include <fmt/format.h>
#include <boost/uuid/uuid_io.hpp>

#include "engine/sql.h"

namespace annals::events {

using engine::quote;

std::string EventsTable::quoted() const {
  std::string id = boost::uuids::to_string(owner);
  std::erase(id, '-');
  return fmt::format("{}.events_{}", quote(database), id);
}

bool table_is_gone(const engine::EngineError& error) {
  return error.is(engine::ExceptionCode::unknown_table) || error.is(engine::ExceptionCode::unknown_database);
}

Error unknown_client() {
  return {ErrorCode::unknown_client, "Failed to connect to tenant db."};
}

std::string EventsTable::create_statement() const {
  // The order serves the question asked most, the newest page of one record, and is the identity of an event:
  // a redelivery has the same record, time and id, so rows that a race let in twice collapse under FINAL. The
  // earliest commit wins: `precedence` falls as commits go on. There are no partitions: one insert may carry
  // events of many years, and FINAL would not collapse across them. Small granules, because a page of one
  // record reads a few rows; a sharp filter, because every commit asks for ids that are not there. The engine
  // numbers its blocks in the order in which they become visible, which no clock of several instances can.
  constexpr std::string_view kSql = R"(
CREATE TABLE IF NOT EXISTS {}
(
    event_id       UUID,
    event_time     DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    event_type_id  UInt32 CODEC(ZSTD(1)),
    record_id      UInt64 CODEC(ZSTD(1)),
    source_type_id UInt32 CODEC(ZSTD(1)),
    source_id      UInt64 CODEC(ZSTD(1)),
    event_data     String COMMENT 'JSON, byte for byte as it came' CODEC(ZSTD(1)),
    file_id        Nullable(UUID),
    other_fields   String COMMENT 'JSON object: keys of the event that have no column' CODEC(ZSTD(1)),
    commit         UInt64 COMMENT 'number of the insert that brought the row' CODEC(Delta, ZSTD(1)),
    place          UInt32 COMMENT 'place of the row in its commit' CODEC(Delta, ZSTD(1)),
    precedence     UInt64 MATERIALIZED bitNot(commit) COMMENT 'of rows that are one event the highest stays',
    INDEX by_event_id event_id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX by_commit commit TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (record_id, event_time, event_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 1024, enable_block_number_column = 1
COMMENT 'Annals events')";
  return fmt::format(kSql, quoted());
}

}  // namespace annals::events
