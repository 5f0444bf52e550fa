#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"

namespace annals::events {

/// Looks for parts of tables that the engine has set aside because they are broken: after a power cut on a
/// disk that had not kept its word, or without `engine.fsync`. Their events are not read until somebody
/// repairs them. Thread-safe.
class BrokenParts {
 public:
  /// `engine` must outlive this object.
  explicit BrokenParts(engine::Engine& engine) : engine_(engine) {}

  /// A table with broken parts.
  struct Table {
    std::string database;
    std::string table;
    std::string parts;  // their number
  };

  /// Returns the tables with broken parts. Throws engine::EngineError.
  boost::asio::awaitable<std::vector<Table>> find();

  /// Returns how many tables the last find() has returned.
  [[nodiscard]] std::size_t tables() const { return tables_; }

 private:
  engine::Engine& engine_;
  std::atomic<std::size_t> tables_ = 0;
};

}  // namespace annals::events
