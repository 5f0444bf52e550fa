#include "events/parts/unindexed_parts.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/rows.h"
#include "events/searched_text.h"

namespace annals::events {
namespace {

using boost::asio::awaitable;

// A part of level 0 was never merged, and one whose version is that of its insert was never indexed later.
constexpr std::string_view kUnindexed = R"(
SELECT database, {owner} FROM system.parts
WHERE active AND {is_events_table}
  AND (database, table) NOT IN (SELECT database, table FROM system.mutations WHERE NOT is_done)
GROUP BY database, table
HAVING sumIf(rows, level = 0 AND data_version = min_block_number
  AND modification_time <= now() - {{min_age:UInt64}}) >= {{min_rows:UInt64}})";

}  // namespace

awaitable<std::vector<EventsTable>> UnindexedParts::find() {
  const auto text = co_await engine_.query(
      {.sql = fmt::format(kUnindexed, fmt::arg("owner", owner_sql("table")),
                          fmt::arg("is_events_table", is_events_table_sql("table"))),
       .parameters = {{.name = "min_rows", .value = fmt::format("{}", settings_.min_rows)},
                      {.name = "min_age", .value = fmt::format("{}", settings_.min_age.count())}}});
  std::vector<EventsTable> tables;
  engine::for_each_line(text, [&](std::string_view line) {
    if (auto table = read_table(engine_, line)) tables.push_back(*std::move(table));
  });
  co_return tables;
}

awaitable<void> UnindexedParts::index(EventsTable table) {
  co_await engine_.execute(table.statement(fmt::format(
      "ALTER TABLE {} MATERIALIZE INDEX {} SETTINGS mutations_sync = 0", table.quoted(), kWordsIndex)));
}

}  // namespace annals::events
