#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/engine.h"
#include "support/simulated/inserted_document.h"
#include "support/simulated/names_taken.h"
#include "support/simulated/scripted_engine.h"

namespace annals::support {

/// The registry of tenants and the databases as ClickHouse keeps them, for tests without an engine: it does
/// the statements of `tenants` and CREATE TABLE of `events`. Not safe for concurrent use.
class SimulatedCatalog {
 public:
  struct Row {
    std::string id, label, database;
    int state;
    std::int64_t since_ms = 0;  // the time of its making, or of its giving up
  };
  struct Database {
    std::string comment;
    std::map<std::string, int> tables = {};  // and how many rows each has
  };

  /// Lets an engine do what the catalog does.
  void answer_for(ScriptedEngine& engine) {
    engine.on_execute = [this](const engine::Statement& statement) {
      execute(statement);
      return done();
    };
    engine.on_query = [this](const engine::Statement& statement) { return answer(query(statement)); };
  }

  /// Returns the names of the databases, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& [name, database] : databases) found.push_back(name);
    return found;
  }

  /// Does a statement. Throws EngineError where ClickHouse refuses it.
  void execute(const engine::Statement& statement) {
    const std::string& sql = statement.sql;
    if (sql.contains("CREATE TABLE IF NOT EXISTS default.annals_tenant")) return;
    if (sql.contains("{label:String}, {database:String}, 1")) {
      rows.push_back({.id = parameter(statement, "id"),
                      .label = parameter(statement, "label"),
                      .database = parameter(statement, "database"),
                      .state = 1,
                      .since_ms = now_ms});
    } else if (sql.contains("DELETE WHERE client_id")) {
      std::erase_if(rows, [&](const Row& row) { return row.id == parameter(statement, "id"); });
    } else if (is_advance(statement)) {
      add(read_for_advance(statement));
    } else {
      change_databases(sql);
    }
  }

  /// Takes settings of a tenant. Of what they hold nothing is kept.
  void insert(const engine::Insert& insert) {
    const auto [id, claim] = InsertedDocument::of(insert);
    claims[id] = claim;
  }

  /// An advance reads rows and adds them in a higher state: these two do it in two steps, as the engine does.
  static bool is_advance(const engine::Statement& statement) {
    return statement.sql.contains("state < {state:UInt8}");
  }
  [[nodiscard]] std::vector<Row> read_for_advance(const engine::Statement& statement) const {
    const int state = std::stoi(parameter(statement, "state"));
    auto found = final_rows();
    std::erase_if(found,
                  [&](const Row& row) { return row.id != parameter(statement, "id") || row.state >= state; });
    if (statement.sql.contains("system.databases")) {
      std::erase_if(found, [&](const Row& row) {
        const auto database = databases.find(row.database);
        return database == databases.end() ||
               database->second.comment != parameter(statement, "mark") + row.id;
      });
    }
    for (Row& row : found) {
      row.state = state;
      if (statement.sql.contains("now64(3")) row.since_ms = now_ms;
    }
    return found;
  }
  void add(const std::vector<Row>& more) { rows.insert(rows.end(), more.begin(), more.end()); }

  /// Answers a query.
  [[nodiscard]] std::string query(const engine::Statement& statement) const {
    const std::string& sql = statement.sql;
    if (sql.contains("system.dropped_tables")) return "0\n";
    if (sql.contains("SELECT max(version), argMax")) return "[0,\"\",0]\n";
    if (sql.contains("SELECT claim")) return claims.at(parameter(statement, "id")) + "\n";
    if (sql.contains("SELECT name, substring(comment")) return strays(statement);
    if (sql.contains("WHERE state = 2 AND (database_name")) return missing(statement);
    if (sql.contains("system.tables")) return count_if(tables_of(parameter(statement, "name")), is_filled);
    if (sql.contains("system.databases")) return ask_databases(statement);
    return ask_registry(statement);
  }

  /// Returns the highest state of each tenant.
  [[nodiscard]] std::vector<Row> final_rows() const {
    std::map<std::string, Row> highest;
    for (const Row& row : rows) {
      Row& kept = highest.try_emplace(row.id, row).first->second;
      if (kept.state < row.state) kept = row;
    }
    std::vector<Row> result;
    for (const auto& [id, row] : highest) result.push_back(row);
    return result;
  }

  std::vector<Row> rows = {};
  std::map<std::string, Database> databases = {};
  std::map<std::string, std::string> claims = {};  // whose settings a tenant has, by its id
  std::int64_t now_ms = 0;                         // the engine's clock

 private:
  using Tables = std::map<std::string, int>;

  static bool is_filled(const Tables::value_type& table) { return table.second > 0; }
  template <class Range, class Predicate>
  static std::string count_if(const Range& range, Predicate predicate) {
    return fmt::format("{}\n", std::ranges::count_if(range, predicate));
  }
  [[nodiscard]] Tables tables_of(const std::string& name) const {
    const auto found = databases.find(name);
    return found == databases.end() ? Tables() : found->second.tables;
  }

  /// Returns the n-th text in those quotes, from 0 on.
  static std::string quoted(const std::string& sql, char quote, int n = 0) {
    std::size_t begin = sql.find(quote);
    for (; n > 0; --n) begin = sql.find(quote, sql.find(quote, begin + 1) + 1);
    return sql.substr(begin + 1, sql.find(quote, begin + 1) - begin - 1);
  }
  [[noreturn]] static void refuse(int code) { throw engine::EngineError::of_exception(code, "refused"); }

  void change_databases(const std::string& sql) {
    constexpr int kUnknownDatabase = 81;
    constexpr int kDatabaseExists = 82;
    const std::string name = quoted(sql, '`');
    const bool exists = databases.contains(name);
    if (sql.contains("CREATE DATABASE")) {
      if (exists) refuse(kDatabaseExists);
      databases[name] = {.comment = quoted(sql, '\'')};
    } else if (sql.contains("DROP DATABASE")) {
      databases.erase(name);
    } else if (sql.contains("RENAME DATABASE")) {
      const std::string target = quoted(sql, '`', 1);
      if (!exists) refuse(kUnknownDatabase);
      if (databases.contains(target)) refuse(kDatabaseExists);
      databases[target] = databases.extract(name).mapped();
    } else if (sql.contains("CREATE TABLE IF NOT EXISTS `")) {
      if (!exists) refuse(kUnknownDatabase);
      const auto at = sql.find("events_");
      databases[name].tables.try_emplace(sql.substr(at, sql.find_first_of(" \n(", at) - at), 0);
    } else {
      throw std::logic_error("not a statement of the catalog: " + sql);
    }
  }

  [[nodiscard]] std::string ask_databases(const engine::Statement& statement) const {
    const std::string mark = parameter(statement, "mark");
    const std::string name = parameter(statement, "name");
    const std::string aside = parameter(statement, "aside");
    const std::string own_aside = parameter(statement, "own_aside");
    const bool names = statement.sql.contains("SELECT name FROM");
    if (mark.empty()) return fmt::format("{}\n", databases.contains(name) ? 1 : 0);
    std::string found;
    int count = 0;
    for (const auto& [one, database] : databases) {
      if (database.comment != mark) continue;
      const bool is_aside = one.starts_with(aside) && (names || !one.starts_with(own_aside));
      if (one != name && !is_aside) continue;
      found += one + "\n";
      ++count;
    }
    return names ? found : fmt::format("{}\n", count);
  }

  [[nodiscard]] std::string strays(const engine::Statement& statement) const {
    const std::string mark = parameter(statement, "mark");
    std::string found;
    for (const auto& [name, database] : databases) {
      if (!database.comment.starts_with(mark)) continue;
      const std::string id = database.comment.substr(mark.size());
      const bool known = std::ranges::any_of(rows, [&id](const Row& row) { return row.id == id; });
      if (known && !name.starts_with(parameter(statement, "aside"))) continue;
      found += fmt::format("[\"{}\",\"{}\"]\n", name, id);
    }
    return found;
  }

  /// Returns the active tenants without a database.
  [[nodiscard]] std::string missing(const engine::Statement& statement) const {
    std::string found;
    for (const Row& row : final_rows()) {
      const auto database = databases.find(row.database);
      const bool has_database =
          database != databases.end() && database->second.comment == parameter(statement, "mark") + row.id;
      if (row.state == 2 && !has_database) found += fmt::format("[\"{}\",\"{}\"]\n", row.database, row.id);
    }
    return found;
  }

  [[nodiscard]] std::string ask_registry(const engine::Statement& statement) const {
    const std::string id = parameter(statement, "id");
    const std::string label = parameter(statement, "label");
    const std::string database = parameter(statement, "database");
    const std::string age = parameter(statement, "age");
    if (statement.sql.contains("AS has_label")) return names_taken(rows, database, label);
    if (!label.empty()) return count_if(rows, [&](const Row& row) { return row.label == label; });
    const auto selected = [&](const Row& row) {
      if (!id.empty()) return row.id == id;
      if (!database.empty()) return row.database == database;
      return age.empty() || row.state == 3 || (row.state != 2 && now_ms - row.since_ms >= std::stoll(age));
    };
    auto found = final_rows();
    std::erase_if(found, [&](const Row& row) { return !selected(row); });
    if (statement.sql.contains("SELECT count()")) return fmt::format("{}\n", found.size());
    std::string lines;
    for (const Row& row : found) {
      lines += boost::json::serialize(boost::json::object{{"client_id", row.id},
                                                          {"client_label", row.label},
                                                          {"database_name", row.database},
                                                          {"state", row.state},
                                                          {"secret_hash", std::string(64, '0')},
                                                          {"created_ms", 0},
                                                          {"settings", ""},
                                                          {"settings_version", 0}}) +
               "\n";
    }
    return lines;
  }
};

}  // namespace annals::support
