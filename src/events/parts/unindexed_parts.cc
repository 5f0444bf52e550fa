#include "events/parts/unindexed_parts.h"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "engine/rows.h"
#include "events/searched_text.h"

namespace annals::events {
namespace {

using boost::asio::awaitable;

// A part of level 0 was never merged, and one whose version is that of its insert was never indexed later.
constexpr std::string_view kUnindexed = R"(
SELECT database, UUIDNumToString(toFixedString(unhex(substring(table, 8)), 16)) FROM system.parts
WHERE active AND match(table, '^events_[0-9a-f]{32}$')
  AND (database, table) NOT IN (SELECT database, table FROM system.mutations WHERE NOT is_done)
GROUP BY database, table
HAVING (sumIf(rows, level = 0 AND data_version = min_block_number AND rows >= {min_rows:UInt64}
  AND modification_time <= now() - {min_age:UInt64}) AS unindexed) > 0
  AND unindexed * {max_share:UInt64} >= sum(rows))";

}  // namespace

awaitable<std::vector<EventsTable>> UnindexedParts::find() {
  const auto text = co_await engine_.query(
      {.sql = std::string(kUnindexed),
       .parameters = {{.name = "min_rows", .value = fmt::format("{}", settings_.min_rows)},
                      {.name = "min_age", .value = fmt::format("{}", settings_.min_age.count())},
                      {.name = "max_share", .value = fmt::format("{}", settings_.max_share)}}});
  std::vector<EventsTable> tables;
  engine::for_each_line(text, [&](std::string_view line) {
    const auto tab = line.find('\t');
    const auto database = DatabaseName::parse(line.substr(0, tab));
    const auto owner = ClientId::parse(line.substr(tab + 1));
    if (database && owner) tables.push_back({.engine = engine_, .database = *database, .owner = *owner});
  });
  co_return tables;
}

awaitable<void> UnindexedParts::index(EventsTable table) {
  co_await engine_.execute(table.statement(fmt::format(
      "ALTER TABLE {} MATERIALIZE INDEX {} SETTINGS mutations_sync = 0", table.quoted(), kWordsIndex)));
}

}  // namespace annals::events
