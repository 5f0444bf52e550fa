#include "tenants/databases.h"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/rows.h"
#include "engine/sql.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;
using engine::Statement;

constexpr std::string_view kCommentPrefix = "Annals tenant ";

std::string comment_of(ClientId owner) {
  return fmt::format("{}{}", kCommentPrefix, owner.text());
}

constexpr std::string_view kIsOwned = R"(
SELECT count() FROM system.databases WHERE name = {name:String} AND comment = {comment:String})";

constexpr std::string_view kList = R"(
SELECT name, comment FROM system.databases WHERE startsWith(comment, {prefix:String}) FORMAT JSONCompactEachRow)";

}  // namespace

awaitable<bool> Databases::make(Owner owner) {
  // Without IF NOT EXISTS: the engine lets one of several through that try at once.
  Statement statement{.sql = fmt::format("CREATE DATABASE {} COMMENT '{}'", engine::quote(owner.database),
                                         comment_of(owner.id))};
  bool exists = false;
  try {
    co_await engine_.execute(std::move(statement));
  } catch (const engine::EngineError& error) {
    if (!error.is(engine::ExceptionCode::database_already_exists)) throw;
    exists = true;
  }
  if (!exists) co_return true;
  // The HTTP client repeats a statement whose connection died before an answer, so the database may be ours.
  const bool ours = co_await is_owned(std::move(owner));
  co_return ours;
}

awaitable<bool> Databases::is_owned(Owner owner) {
  Statement statement{.sql = std::string(kIsOwned),
                      .parameters = {{"name", owner.database.text()}, {"comment", comment_of(owner.id)}}};
  const auto count = co_await engine_.query(std::move(statement));
  co_return !count.starts_with("0\n");
}

awaitable<std::vector<Owner>> Databases::owners() {
  Statement statement{.sql = std::string(kList), .parameters = {{"prefix", std::string(kCommentPrefix)}}};
  const auto text = co_await engine_.query(std::move(statement));
  std::vector<Owner> owners;
  engine::for_each_line(text, [&](std::string_view line) {
    const boost::json::array row = boost::json::parse(line).as_array();
    const auto name = DatabaseName::parse(row.at(0).as_string());
    const auto id = ClientId::parse(std::string_view(row.at(1).as_string()).substr(kCommentPrefix.size()));
    if (name && id) owners.push_back({.id = *id, .database = *name});
  });
  co_return owners;
}

awaitable<void> Databases::remove(Owner owner, KeepLease /*keep_lease*/) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    const bool ours = co_await is_owned(owner);
    if (!ours) co_return;
    // The server's guard against dropping large tables protects people from mistakes, not from a deletion
    // that was asked for.
    Statement statement{.sql = fmt::format("DROP DATABASE IF EXISTS {} SYNC SETTINGS max_table_size_to_drop "
                                           "= 0, max_partition_size_to_drop = 0",
                                           engine::quote(owner.database))};
    co_await engine_.execute(std::move(statement));
  }
  const bool still_there = co_await is_owned(owner);
  if (still_there) {
    throw Error(ErrorCode::engine_unavailable, "History database is unavailable.",
                fmt::format("the database {} is still there after {} drops", owner.database.text(), kTries));
  }
}

}  // namespace annals::tenants
