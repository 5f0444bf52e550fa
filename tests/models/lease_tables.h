#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/engine.h"
#include "models/virtual_clock.h"
#include "support/simulated/scripted_engine.h"

namespace annals::models {

/// The tables of leases::EngineLeases as ClickHouse keeps them. The engine's clock is the steady clock of the
/// models, and goes on by a millisecond with each look, so that no generation is given twice. Not safe for
/// concurrent use.
class LeaseTables {
 public:
  static bool is_about_leases(const engine::Statement& statement) {
    return statement.sql.contains("annals_lease_");
  }

  void execute(const engine::Statement& statement) {
    constexpr int kTableExists = 57;
    constexpr int kUnknownTable = 60;
    const std::string& sql = statement.sql;
    const std::string name = word_after(sql, "default.");
    const bool exists = comments_.contains(name);
    if (sql.starts_with("CREATE TABLE")) {
      if (exists) throw engine::EngineError::of_exception(kTableExists, "there is such a table");
      comments_[name] = quoted(sql);
    } else if (sql.starts_with("ALTER TABLE")) {
      if (!exists) throw engine::EngineError::of_exception(kUnknownTable, "there is no such table");
      comments_[name] = quoted(sql);
    } else {
      comments_.erase(name);
    }
  }

  std::string find(const engine::Statement& statement) {
    set_forward(std::chrono::milliseconds(1));
    boost::json::array names;
    boost::json::array comments;
    for (const auto& [name, comment] : comments_) {
      if (!name.starts_with(support::parameter(statement, "prefix"))) continue;
      names.emplace_back(name);
      comments.emplace_back(comment);
    }
    return boost::json::serialize(boost::json::array{names, comments, now_ms()});
  }

  /// Returns all that matters: whose the tables of each key are, oldest first, and how many seconds each
  /// lease has left.
  [[nodiscard]] std::string state() const {
    std::string text;
    for (const auto& [name, comment] : comments_) {
      constexpr std::int64_t kSecond = 1000;
      const std::int64_t left = (std::stoll(comment) - now_ms() + kSecond / 2) / kSecond;
      text += fmt::format("{} {} {}\n", name.substr(0, name.rfind('_')), comment.substr(comment.find(' ')),
                          std::max<std::int64_t>(left, 0));
    }
    return text;
  }

 private:
  static std::int64_t now_ms() {
    constexpr std::int64_t kBeginning = 1'800'000'000'000;
    return kBeginning + std::chrono::floor<std::chrono::milliseconds>(virtual_time()).count();
  }
  static std::string word_after(const std::string& sql, std::string_view before) {
    const std::size_t begin = sql.find(before) + before.size();
    return sql.substr(begin, sql.find(' ', begin) - begin);
  }
  static std::string quoted(const std::string& sql) {
    const std::size_t begin = sql.find('\'') + 1;
    return sql.substr(begin, sql.find('\'', begin) - begin);
  }

  std::map<std::string, std::string> comments_;  // of each table
};

}  // namespace annals::models
