#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "engine/sql.h"
#include "error.h"

namespace annals::engine {

/// Numbers of ClickHouse's own errors that Annals acts on (src/Common/ErrorCodes.cpp there).
enum class ExceptionCode : int {  // NOLINT(performance-enum-size): codes go up to thousands
  none = 0,
  table_already_exists = 57,
  unknown_table = 60,
  unknown_database = 81,
  database_already_exists = 82,
};

/// A statement that the engine refused, or whose answer did not arrive.
class EngineError : public Error {
 public:
  enum class Kind : std::uint8_t {
    refused,      // the engine said no; nothing was done
    unreachable,  // the engine never saw the statement
    unknown,      // time-out or broken connection: it may have been done, or be done later
  };

  EngineError(Kind kind, int exception_code, const std::string& message);
  /// An exception of ClickHouse's own. Most are refusals; some only say that it cannot do it now, or that
  /// nobody knows whether it was done.
  static EngineError of_exception(int exception_code, const std::string& message);

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is(ExceptionCode code) const noexcept {
    return kind_ == Kind::refused && exception_code_ == static_cast<int>(code);
  }

 private:
  Kind kind_;
  int exception_code_;
};

/// Rows for one table, encoded as RowBinary by the caller, to be committed as one block.
struct Insert {
  std::string into;  // SQL after INSERT INTO: a table, its columns and SETTINGS; nothing of a user's
  std::string rows;
};

/// A result that arrives in parts. Destroying it ends the statement.
class ResultStream {
 public:
  ResultStream() = default;
  virtual ~ResultStream() = default;
  ResultStream(const ResultStream&) = delete;
  ResultStream& operator=(const ResultStream&) = delete;

  /// The next part, or nothing at the end. A slow caller slows the engine. Throws EngineError, then the parts
  /// so far are not the whole result.
  virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
};

/// ClickHouse, in this process or behind HTTP. Implementations are safe for concurrent use, run a bounded
/// number of statements at a time and queue a bounded number more. Every call throws EngineError, or
/// Error(overloaded) when the queue is full.
class Engine {
 public:
  Engine() = default;
  virtual ~Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs a statement without a result of interest (DDL, a mutation, INSERT … VALUES).
  virtual boost::asio::awaitable<void> execute(Statement statement) = 0;

  /// Runs a query and returns its whole result, as the statement's FORMAT clause says.
  virtual boost::asio::awaitable<std::string> query(Statement statement) = 0;

  /// Takes a part of a result; false when no more is wanted, which ends the statement.
  using Sink = std::function<bool(std::string part)>;

  /// Runs a query and hands its result to `sink` as it comes, on a thread of the engine's own: it must be
  /// quick and must not throw.
  virtual boost::asio::awaitable<void> scan(Statement statement, Sink sink) = 0;

  /// Runs a query whose result may be of any size, for a reader that may be slow. Returns with its beginning
  /// at hand. The stream must not outlive the engine.
  virtual boost::asio::awaitable<std::unique_ptr<ResultStream>> stream(Statement statement) = 0;

  /// Commits the rows. After it returns they are in the table.
  virtual boost::asio::awaitable<void> insert(Insert insert) = 0;
};

}  // namespace annals::engine
