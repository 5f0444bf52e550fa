#pragma once

#include <atomic>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"

namespace annals::events {

/// Looks for parts of tables that the engine has set aside because they are broken: after a power cut on a
/// disk that had not kept its word, or without `engine.fsync`. Their events are not read until somebody
/// repairs them. Thread-safe, but for find_new().
class BrokenParts {
 public:
  /// `engine` must outlive this object.
  explicit BrokenParts(engine::Engine& engine) : engine_(engine) {}

  /// A table with broken parts.
  struct Table {
    std::string database;
    std::string table;
    std::string parts;  // their number
    auto operator<=>(const Table&) const = default;
  };

  /// Looks at the tables that are loaded, and returns those whose broken parts were not returned before. The
  /// engine notices a broken part when it loads the table. Throws engine::EngineError.
  boost::asio::awaitable<std::vector<Table>> find_new();

  /// Returns how many tables had broken parts when find_new() looked last.
  [[nodiscard]] std::size_t tables() const { return tables_; }

 private:
  engine::Engine& engine_;
  std::atomic<std::size_t> tables_ = 0;
  std::set<Table> known_;  // used by find_new() only, which runs once at a time
};

}  // namespace annals::events
