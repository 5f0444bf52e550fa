#include "events/events_table.h"

#include <utility>

#include <fmt/format.h>

#include "engine/rows.h"
#include "events/row.h"
#include "events/searched_text.h"

namespace annals::events {

std::string EventsTable::name() const {
  std::string id = owner.text();
  std::erase(id, '-');
  return "events_" + id;
}

std::string EventsTable::quoted() const {
  return fmt::format("{}.{}", engine::quote(database), name());
}

engine::Statement EventsTable::statement(std::string sql, std::vector<engine::Parameter> parameters) const {
  return {.sql = std::move(sql),
          .parameters = std::move(parameters),
          .database = database,
          .query_id = engine::new_query_id(request_id)};
}

engine::Insert EventsTable::insert(std::string rows, bool durable) const {
  // ClickHouse notes the checksum of a block before it makes the block visible. If it is killed in between,
  // the same rows would be ignored when they are sent again. `insert_deduplicate = 0` alone does not turn
  // that off.
  constexpr std::string_view kOneBlock =
      "async_insert = 0, deduplicate_insert = 'disable', max_insert_block_size = 10000000, "
      "max_insert_block_size_bytes = 0, input_format_max_block_size_bytes = 0, min_insert_block_size_rows = "
      "0, min_insert_block_size_bytes = 0";
  return {.into = fmt::format("{} ({}) SETTINGS {}, {}", quoted(), insert_columns(), kOneBlock,
                              kWordsAfterInsert),
          .rows = std::move(rows),
          .database = database,
          .query_id = engine::new_query_id(request_id),
          .durable = durable};
}

engine::Statement EventsTable::create_statement(bool shared) const {
  // The order serves the question asked most, the newest page of one record. There are no partitions: one
  // insert may carry events of many years. Granules are small because a page of one record reads few rows;
  // the filter is sharp because every commit asks for ids that are not there.
  //
  // If several instances write, an insert claims its arrival numbers by its deduplication token
  // (lanes::Insertion), so the window must hold all inserts that come while one may still be late. The
  // constraint refuses what comes later: the upper half of `commit` is the second by which its insert must
  // have come. The window is that of some two minutes at 180 inserts per second, which is more than one
  // tenant reaches. With one instance it would cost a megabyte per table for nothing.
  constexpr std::string_view kSql = R"(
CREATE TABLE IF NOT EXISTS {}
(
{},
    INDEX by_event_id event_id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX by_arrival arrival TYPE minmax GRANULARITY 1,
    INDEX {},
    CONSTRAINT in_time {}
)
ENGINE = MergeTree
ORDER BY (record_id, event_time, event_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = {}
COMMENT '{}')";
  return statement(fmt::format(kSql, quoted(), column_definitions(), words_index(), kInTimeCheck,
                               shared ? kDeduplicationWindow : 0, kTableComment));
}

bool has_present_form(std::string_view definition) {
  return definition.contains(fmt::format("COMMENT '{}'", kTableComment));
}

std::string is_events_table_sql(std::string_view name) {
  return fmt::format("match({}, '^events_[0-9a-f]{{32}}$')", name);
}

std::string owner_sql(std::string_view name) {
  return fmt::format("UUIDNumToString(toFixedString(unhex(substring({}, 8)), 16))", name);
}

std::optional<EventsTable> read_table(engine::Engine& engine, std::string_view line) {
  const auto first = line.find('\t');
  if (first == std::string_view::npos) return std::nullopt;
  const auto database = DatabaseName::parse(line.substr(0, first));
  const std::string_view rest = line.substr(first + 1);
  const auto owner = ClientId::parse(rest.substr(0, rest.find('\t')));
  if (!database || !owner) return std::nullopt;
  return EventsTable{.engine = engine, .database = *database, .owner = *owner};
}

boost::asio::awaitable<std::uint64_t> last_arrival(EventsTable table) {
  auto statement = table.statement(fmt::format("SELECT max(arrival) FROM {}", table.quoted()));
  const auto text = co_await table.engine.query(std::move(statement));
  co_return engine::numbers_in(text, 1).front();
}

bool is_table_gone(const engine::EngineError& error) {
  // The last code comes if the database is set aside while the statement begins: the engine has found the
  // table by its name, and it has another name by the time when it is locked.
  return error.is(engine::ExceptionCode::unknown_table) ||
         error.is(engine::ExceptionCode::unknown_database) ||
         error.is(engine::ExceptionCode::table_uuid_mismatch);
}

}  // namespace annals::events
