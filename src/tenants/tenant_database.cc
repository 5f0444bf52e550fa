#include "tenants/tenant_database.h"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/rows.h"
#include "events/events_table.h"

namespace annals::tenants {
namespace {

using engine::quote;
using engine::Statement;

constexpr std::string_view kCommentPrefix = "Annals tenant ";

std::string comment_of(ClientId owner) {
  return fmt::format("{}{}", kCommentPrefix, owner.text());
}

constexpr std::string_view kOwned = R"(
SELECT count() FROM system.databases WHERE name = {name:String} AND comment = {comment:String})";

constexpr std::string_view kList = R"(
SELECT name, comment FROM system.databases WHERE startsWith(comment, {prefix:String}) FORMAT JSONCompactEachRow)";

}  // namespace

boost::asio::awaitable<bool> TenantDatabases::create(ClientId owner, DatabaseName name) {
  const bool claimed = co_await claim(owner, name);
  if (!claimed) co_return false;
  const events::EventsTable table{.database = name, .owner = owner.uuid()};
  co_await engine_.execute({.sql = table.create_statement()});
  co_return true;
}

boost::asio::awaitable<bool> TenantDatabases::claim(ClientId owner, DatabaseName name) {
  // Without IF NOT EXISTS: of several that try at once the engine lets one through.
  Statement statement{.sql = fmt::format("CREATE DATABASE {} COMMENT '{}'", quote(name), comment_of(owner))};
  bool exists = false;
  try {
    co_await engine_.execute(std::move(statement));
  } catch (const engine::EngineError& error) {
    if (!error.is(engine::ExceptionCode::database_already_exists)) throw;
    exists = true;
  }
  if (!exists) co_return true;
  // The HTTP client repeats a statement whose connection died before an answer: the database may be ours
  // after all.
  const bool ours = co_await owned(owner, name);
  co_return ours;
}

boost::asio::awaitable<bool> TenantDatabases::owned(ClientId owner, DatabaseName name) {
  Statement statement{.sql = std::string(kOwned),
                      .parameters = {{"name", name.text()}, {"comment", comment_of(owner)}}};
  const auto count = co_await engine_.query(std::move(statement));
  co_return !count.starts_with("0\n");
}

boost::asio::awaitable<std::vector<OwnedDatabase>> TenantDatabases::list() {
  Statement statement{.sql = std::string(kList), .parameters = {{"prefix", std::string(kCommentPrefix)}}};
  const auto text = co_await engine_.query(std::move(statement));
  std::vector<OwnedDatabase> databases;
  engine::for_each_line(text, [&](std::string_view line) {
    const boost::json::array row = boost::json::parse(line).as_array();
    const auto name = DatabaseName::parse(row.at(0).as_string());
    const auto owner = ClientId::parse(std::string_view(row.at(1).as_string()).substr(kCommentPrefix.size()));
    if (name && owner) databases.push_back({.owner = *owner, .name = *name});
  });
  co_return databases;
}

boost::asio::awaitable<void> TenantDatabases::drop(ClientId owner, DatabaseName name) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    const bool ours = co_await owned(owner, name);
    if (!ours) co_return;
    // The server's guard against dropping large tables is for people who err, not for a deletion that was
    // asked for.
    Statement statement{.sql = fmt::format("DROP DATABASE IF EXISTS {} SYNC SETTINGS max_table_size_to_drop "
                                           "= 0, max_partition_size_to_drop = 0",
                                           quote(name))};
    co_await engine_.execute(std::move(statement));
  }
  const bool still = co_await owned(owner, name);
  if (still) {
    throw Error(ErrorCode::engine_unavailable, "History database is unavailable.",
                fmt::format("the database {} is still there after {} drops", name.text(), kTries));
  }
}

}  // namespace annals::tenants
