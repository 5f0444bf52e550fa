#include "quotas/event_usage.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "engine/rows.h"
#include "events/events_table.h"

namespace annals::quotas {
namespace {

using boost::asio::awaitable;
using tenants::Tenant;

constexpr std::string_view kSizes =
    "SELECT name, ifNull(total_rows, 0), ifNull(total_bytes, 0) FROM system.tables "
    "WHERE database IN {databases:Array(String)} AND name IN {tables:Array(String)}";

events::EventsTable table_of(engine::Engine& engine, const Tenant& tenant) {
  return {.engine = engine, .database = tenant.database, .owner = tenant.id};
}

/// Takes a number and the character after it off a line.
template <class Number>
Number take_number(std::string_view& line) {
  Number number{};
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc()) throw std::runtime_error("the engine's answer about tables is malformed");
  line.remove_prefix(std::min(static_cast<std::size_t>(end - line.data()) + 1, line.size()));
  return number;
}

}  // namespace

awaitable<EventUsages::ByTenant> EventUsages::of_many(std::vector<Tenant> tenants) {
  auto usages = co_await sizes(tenants, std::nullopt);
  const auto rows_of = [&usages](const Tenant& tenant) {
    const auto found = usages.find(tenant.id);
    return found == usages.end() ? std::uint64_t{0} : found->second.events.value_or(0);
  };
  std::ranges::sort(tenants, {}, rows_of);
  std::uint64_t rows = 0;
  std::erase_if(tenants, [&](const Tenant& tenant) {
    rows += rows_of(tenant);
    return rows_of(tenant) == 0 || rows > kMostRows;
  });
  if (tenants.size() > kMostTables) tenants.erase(tenants.begin() + kMostTables, tenants.end());
  const auto times = co_await newest_times(std::move(tenants), std::nullopt);
  for (const auto& [id, time] : times) usages[id].newest_event_time = time;
  co_return usages;
}

awaitable<EventUsage> EventUsages::of_one(Tenant tenant) {
  const std::vector<Tenant> alone{tenant};
  auto usages = co_await sizes(alone, tenant.database);
  EventUsage usage = usages[tenant.id];
  if (usage.events.value_or(0) == 0) co_return usage;
  const auto times = co_await newest_times(alone, tenant.database);
  if (const auto found = times.find(tenant.id); found != times.end()) usage.newest_event_time = found->second;
  co_return usage;
}

/// Returns what the engine knows of the tables that it has loaded.
awaitable<EventUsages::ByTenant> EventUsages::sizes(std::vector<Tenant> tenants,
                                                    std::optional<DatabaseName> database) {
  ByTenant usages;
  if (tenants.empty()) co_return usages;
  std::vector<std::string> databases;
  std::vector<std::string> tables;
  std::map<std::string, ClientId, std::less<>> owners;
  for (const Tenant& tenant : tenants) {
    databases.push_back(tenant.database.text());
    tables.push_back(table_of(engine_, tenant).name());
    owners.emplace(tables.back(), tenant.id);
  }
  const auto text = co_await engine_.query({.sql = std::string(kSizes),
                                            .parameters = {{"databases", engine::string_array(databases)},
                                                           {"tables", engine::string_array(tables)}},
                                            .database = std::move(database)});
  engine::for_each_line(text, [&](std::string_view line) {
    const auto end = line.find('\t');
    const auto owner = owners.find(line.substr(0, end));
    if (owner == owners.end()) return;
    line.remove_prefix(end + 1);
    auto& usage = usages[owner->second];
    usage.events = take_number<std::uint64_t>(line);
    usage.stored_bytes = take_number<std::uint64_t>(line);
  });
  co_return usages;
}

/// Returns the time of the newest event of each table that has one; none at all if a table has fallen asleep
/// since its size was asked for, or is gone with its tenant. The sizes are still worth something.
awaitable<std::map<ClientId, Timestamp>> EventUsages::newest_times(std::vector<Tenant> tenants,
                                                                   std::optional<DatabaseName> database) {
  std::map<ClientId, Timestamp> times;
  if (tenants.empty()) co_return times;
  std::string sql;
  for (std::size_t i = 0; i < tenants.size(); ++i) {
    fmt::format_to(std::back_inserter(sql),
                   "{}SELECT {}, toUnixTimestamp64Milli(max(event_time)) FROM {} HAVING count() > 0",
                   sql.empty() ? "" : " UNION ALL ", i, table_of(engine_, tenants[i]).quoted());
  }
  std::string text;
  try {
    text = co_await engine_.query({.sql = std::move(sql), .database = std::move(database)});
  } catch (const engine::EngineError& error) {
    if (!events::is_table_gone(error)) throw;
  }
  engine::for_each_line(text, [&](std::string_view line) {
    const auto index = take_number<std::size_t>(line);
    const auto milliseconds = take_number<std::int64_t>(line);
    times.emplace(tenants.at(index).id, std::chrono::milliseconds(milliseconds));
  });
  co_return times;
}

}  // namespace annals::quotas
