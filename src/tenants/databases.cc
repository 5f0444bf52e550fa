#include "tenants/databases.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/count.h"
#include "engine/rows.h"
#include "engine/sql.h"
#include "ids/uuid.h"
#include "leases/errors.h"
#include "ops/log.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;
using engine::Statement;

// A tenant's database may also lie under the aside name of another tenant, whose removal moved it by mistake.
constexpr std::string_view kIsOwned = R"(
SELECT count() FROM system.databases
WHERE comment = {mark:String}
  AND (name = {name:String} OR (startsWith(name, {aside:String}) AND NOT startsWith(name, {own_aside:String}))))";

constexpr std::string_view kNames = R"(
SELECT name FROM system.databases
WHERE comment = {mark:String} AND (name = {name:String} OR startsWith(name, {aside:String}))
FORMAT TabSeparated)";

constexpr std::string_view kDroppedTables = R"(
SELECT count() FROM system.dropped_tables WHERE startsWith(database, {own_aside:String}))";

// A table that cannot count its rows counts as one that has some.
constexpr std::string_view kFilledTables = R"(
SELECT count() FROM system.tables WHERE database = {name:String} AND (total_rows IS NULL OR total_rows > 0))";

/// Returns the mark of a tenant's database, its comment.
std::string mark_of(ClientId owner) {
  return fmt::format("{}{}", Databases::kMarkPrefix, owner.text());
}

Error still_there(const std::string& log_text) {
  return {ErrorCode::engine_unavailable, "History database is unavailable.", log_text};
}

std::string aside_prefix(ClientId id) {
  return fmt::format("{}{}_", DatabaseName::kAsidePrefix, id.text());
}

/// Returns a name for a database of that tenant that was never used and never will be.
DatabaseName new_aside_name(ClientId id) {
  constexpr std::size_t kRandomDigits = 8;
  auto name = DatabaseName::parse(aside_prefix(id) + uuid_text(random_uuid()).substr(0, kRandomDigits));
  if (!name) throw std::logic_error("a name to set a database aside under is no name of a database");
  return *std::move(name);
}

std::vector<engine::Parameter> parameters(const Owner& owner) {
  return {{"name", owner.database.text()},
          {"mark", mark_of(owner.id)},
          {"aside", std::string(DatabaseName::kAsidePrefix)},
          {"own_aside", aside_prefix(owner.id)}};
}

/// Returns a statement that must not be done twice: the second time it would move a later tenant's database
/// to a name that was already looked at.
Statement rename_statement(const DatabaseName& from, const DatabaseName& to) {
  return {.sql = fmt::format("RENAME DATABASE {} TO {}", engine::quote(from), engine::quote(to)),
          .database = from,
          .at_most_once = true};
}

}  // namespace

awaitable<bool> Databases::make(Owner owner) {
  // Without IF NOT EXISTS: the engine lets one of several through that try at once. Done once more later, it
  // could make a second database of the tenant while the first is moved by mistake.
  Statement statement{
      .sql = fmt::format("CREATE DATABASE {} COMMENT '{}'", engine::quote(owner.database), mark_of(owner.id)),
      .at_most_once = true};
  bool exists = false;
  try {
    co_await engine_.execute(std::move(statement));
  } catch (const engine::EngineError& error) {
    if (!error.is(engine::ExceptionCode::database_already_exists)) throw;
    exists = true;
  }
  if (!exists) co_return true;
  // A proxy may have repeated the statement, or one of an earlier restoration may have come late: then the
  // database is ours.
  const bool ours = co_await is_owned(std::move(owner));
  co_return ours;
}

awaitable<bool> Databases::is_owned(Owner owner) {
  Statement statement{.sql = std::string(kIsOwned), .parameters = parameters(owner)};
  const bool owned = co_await engine::counts_any(engine_, std::move(statement));
  co_return owned;
}

awaitable<void> Databases::remove(Owner owner, Fence fence) {
  constexpr int kTries = 6;  // two are needed: to set it aside and to drop it
  for (int tries = 0;; ++tries) {
    const auto names = co_await names_of(owner);
    if (names.empty()) break;
    if (tries == kTries) {
      throw still_there(
          fmt::format("the database {} is still there after {} tries", owner.database.text(), tries));
    }
    co_await fence();
    for (const DatabaseName& name : names) {
      if (name == owner.database) {
        co_await set_aside(owner);
      } else {
        co_await drop(name);
      }
    }
  }
  co_await check_gone(std::move(owner));
}

/// A DROP that was interrupted leaves tables that no database shows any more, but which are on the disk until
/// ClickHouse removes them (after database_atomic_delay_before_drop_table_sec).
awaitable<void> Databases::check_gone(Owner owner) {
  Statement statement{.sql = std::string(kDroppedTables), .parameters = parameters(owner)};
  const bool left = co_await engine::counts_any(engine_, std::move(statement));
  if (!left) co_return;
  throw still_there(
      fmt::format("tables of the database {} are dropped, but still on the disk; ClickHouse removes them",
                  owner.database.text()));
}

/// Returns the names under which databases with the tenant's mark lie: its own, and those of set_aside().
awaitable<std::vector<DatabaseName>> Databases::names_of(Owner owner) {
  auto names = co_await ask_for_names({.sql = std::string(kNames), .parameters = parameters(owner)});
  co_return names;
}

awaitable<std::vector<DatabaseName>> Databases::ask_for_names(Statement statement) {
  const auto text = co_await engine_.query(std::move(statement));
  std::vector<DatabaseName> names;
  engine::for_each_line(text, [&](std::string_view line) {
    if (auto name = DatabaseName::parse(line)) names.push_back(*std::move(name));
  });
  co_return names;
}

/// Moves what has the tenant's name to a name that is never used again, and returns that name. Returns
/// nullopt if nothing had the name. Throws Error(overloaded) if it was another's, which then has its name
/// back.
awaitable<std::optional<DatabaseName>> Databases::set_aside(Owner owner) {
  DatabaseName aside = new_aside_name(owner.id);
  bool moved = true;
  try {
    co_await engine_.execute(rename_statement(owner.database, aside));
  } catch (const engine::EngineError& error) {
    if (!error.is(engine::ExceptionCode::unknown_database)) throw;
    moved = false;
  }
  if (!moved) co_return std::nullopt;
  const auto ours = co_await names_of(owner);
  if (std::ranges::find(ours, aside) != ours.end()) co_return aside;
  co_await put_back(std::move(aside), owner.database);
  throw leases::taken_over(
      fmt::format("the database {} belongs to another tenant by now", owner.database.text()));
}

awaitable<void> Databases::bring_back(DatabaseName aside, Owner owner) {
  const auto names = co_await names_of(owner);
  if (std::ranges::find(names, owner.database) != names.end()) {
    const bool removed = co_await remove_if_empty(owner);
    if (!removed) {
      throw std::runtime_error(fmt::format("the tenant has events in the databases {} and {}",
                                           owner.database.text(), aside.text()));
    }
  }
  co_await put_back(std::move(aside), std::move(owner.database));
}

awaitable<void> Databases::put_back(DatabaseName aside, DatabaseName name) {
  co_await engine_.execute(rename_statement(aside, name));
  ops::log(ops::Level::warning, "a database that a late statement had moved has its name back",
           {{"database", name.text()}, {"moved_to", aside.text()}});
}

awaitable<bool> Databases::remove_if_empty(Owner found) {
  const bool empty = co_await is_empty(found.database);
  if (!empty) co_return false;
  DatabaseName aside = found.database;
  if (!aside.is_aside()) {
    auto moved = co_await set_aside(found);
    if (!moved) co_return true;
    aside = *std::move(moved);
  }
  // Once more, now that nobody can find it under its name.
  const bool still_empty = co_await is_empty(aside);
  if (still_empty) {
    co_await drop(std::move(aside));
  } else if (!found.database.is_aside()) {
    co_await put_back(std::move(aside), found.database);
  }
  co_return still_empty;
}

awaitable<bool> Databases::exists(DatabaseName name) {
  Statement statement{.sql = "SELECT count() FROM system.databases WHERE name = {name:String}",
                      .parameters = {{"name", name.text()}}};
  const bool any = co_await engine::counts_any(engine_, std::move(statement));
  co_return any;
}

awaitable<bool> Databases::has_any(ClientId owner) {
  Statement statement{.sql = "SELECT count() FROM system.databases WHERE comment = {mark:String}",
                      .parameters = {{"mark", mark_of(owner)}}};
  const bool any = co_await engine::counts_any(engine_, std::move(statement));
  co_return any;
}

awaitable<bool> Databases::holds_events(ClientId id) {
  const auto names = co_await ask_for_names(
      {.sql = "SELECT name FROM system.databases WHERE comment = {mark:String} FORMAT TabSeparated",
       .parameters = {{"mark", mark_of(id)}}});
  for (const DatabaseName& name : names) {
    const bool empty = co_await is_empty(name);
    if (!empty) co_return true;
  }
  co_return false;
}

awaitable<bool> Databases::is_empty(DatabaseName name) {
  Statement statement{
      .sql = std::string(kFilledTables), .parameters = {{"name", name.text()}}, .database = name};
  const bool filled = co_await engine::counts_any(engine_, std::move(statement));
  co_return !filled;
}

awaitable<void> Databases::drop(DatabaseName aside) {
  // The server's guard against dropping large tables protects people from mistakes, not from a deletion that
  // was asked for.
  Statement statement{
      .sql = fmt::format("DROP DATABASE IF EXISTS {} SYNC SETTINGS max_table_size_to_drop = 0, "
                         "max_partition_size_to_drop = 0",
                         engine::quote(aside)),
      .database = aside,
      .waits_for_others = true};
  co_await engine_.execute(std::move(statement));
}

}  // namespace annals::tenants
