#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "support/simulated/inserted_document.h"
#include "support/simulated/names_taken.h"
#include "support/simulated/scripted_engine.h"

namespace annals::support {

/// The registry's table in a script: it does what the registry's statements say. It knows them by their
/// wording, so that a statement that changes has to be looked at here.
class TenantsTable {
 public:
  struct Row {
    std::string id, label, database, secret_hash;
    int state = 1;
    std::string settings = {};  // the newest document of the table beside it
    int settings_version = 0;
  };

  /// Lets an engine answer from this table, which must outlive the engine's use.
  void answer_for(ScriptedEngine& engine) {
    engine.on_execute = [this](const engine::Statement& statement) {
      change(statement);
      return done();
    };
    engine.on_query = [this](const engine::Statement& statement) { return answer(read(statement)); };
    engine.on_insert = [this](const engine::Insert& insert) {
      claim_ = InsertedDocument::of(insert).claim;
      return done();
    };
  }

  [[nodiscard]] const Row* find(const std::string& id) const {
    const auto found = std::ranges::find(rows, id, &Row::id);
    return found == rows.end() ? nullptr : &*found;
  }

  std::vector<Row> rows = {};
  int settings_removed = 0;  // how often settings were
  int brings_back = 0;       // removals after which the row is there again

 private:
  void remove(const std::string& id) {
    if (brings_back == 0) {
      std::erase_if(rows, [&](const Row& row) { return row.id == id; });
      return;
    }
    --brings_back;
    for (Row& row : rows) row.state = 2;  // a late change of state
  }

  void change(const engine::Statement& statement) {
    const std::string id = parameter(statement, "id");
    if (statement.sql.contains("CREATE TABLE IF NOT EXISTS default.annals_tenant")) return;
    if (statement.sql.contains("{label:String}")) {
      rows.push_back({.id = id,
                      .label = parameter(statement, "label"),
                      .database = parameter(statement, "database"),
                      .secret_hash = parameter(statement, "secret_hash")});
    } else if (statement.sql.contains("state < {state:UInt8}")) {
      const int state = std::stoi(parameter(statement, "state"));
      for (Row& row : rows) {
        if (row.id == id) row.state = std::max(row.state, state);
      }
    } else if (statement.sql.contains("DELETE WHERE client_id = {id:UUID}")) {
      remove(id);
    } else if (statement.sql.contains("default.annals_tenant_settings DELETE WHERE id = {id:UUID}")) {
      ++settings_removed;
    } else {
      throw std::logic_error("not a statement of the registry: " + statement.sql);
    }
  }

  [[nodiscard]] std::string read(const engine::Statement& statement) const {
    const bool by_id = statement.sql.contains("client_id = {id:UUID}");
    const bool unfinished = statement.sql.contains("state = 3 OR");
    const std::string database = parameter(statement, "database");
    const std::string label = parameter(statement, "label");
    if (statement.sql.contains("SELECT claim")) return claim_ + "\n";
    if (statement.sql.contains("SELECT max(version), argMax")) return "[0,\"\",0]\n";
    if (statement.sql.contains("AS has_label")) return names_taken(rows, database, label);
    const auto selected = [&](const Row& row) {
      if (by_id) return row.id == parameter(statement, "id");
      if (unfinished) return row.state != 2;
      if (!label.empty()) return row.label == label;
      return database.empty() || row.database == database;
    };
    std::string lines;
    std::size_t count = 0;
    for (const Row& row : rows) {
      if (!selected(row)) continue;
      ++count;
      lines += boost::json::serialize(boost::json::object{{"client_id", row.id},
                                                          {"client_label", row.label},
                                                          {"database_name", row.database},
                                                          {"state", row.state},
                                                          {"secret_hash", row.secret_hash},
                                                          {"created_ms", 0},
                                                          {"settings", row.settings},
                                                          {"settings_version", row.settings_version}}) +
               "\n";
    }
    return statement.sql.contains("SELECT count()") ? fmt::format("{}\n", count) : lines;
  }

  std::string claim_ = {};  // of the newest document of settings
};

}  // namespace annals::support
