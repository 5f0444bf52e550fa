#include "events/parts/broken_parts.h"

#include <boost/json.hpp>

#include "engine/rows.h"

namespace annals::events {

boost::asio::awaitable<std::vector<BrokenParts::Table>> BrokenParts::find_new() {
  const auto text = co_await engine_.query(
      {.sql = "SELECT database, table, toString(count()) FROM system.detached_parts "
              "WHERE startsWith(reason, 'broken') GROUP BY ALL ORDER BY ALL FORMAT JSONCompactEachRow"});
  std::vector<Table> tables;
  engine::for_each_line(text, [&](std::string_view line) {
    const boost::json::array row = boost::json::parse(line).as_array();
    tables.push_back({.database = std::string(row.at(0).as_string()),
                      .table = std::string(row.at(1).as_string()),
                      .parts = std::string(row.at(2).as_string())});
  });
  tables_ = tables.size();
  std::erase_if(tables, [this](const Table& table) { return known_.contains(table); });
  known_.insert(tables.begin(), tables.end());
  co_return tables;
}

}  // namespace annals::events
