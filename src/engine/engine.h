#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "engine/activity.h"
#include "engine/sql.h"
#include "error.h"

namespace annals::engine {

/// The numbers of those ClickHouse errors that Annals acts on (src/Common/ErrorCodes.cpp there).
enum class ExceptionCode : int {  // NOLINT(performance-enum-size): codes go up to thousands
  none = 0,
  table_already_exists = 57,
  unknown_table = 60,
  unknown_database = 81,
  database_already_exists = 82,
  violated_constraint = 469,
  table_uuid_mismatch = 741,
};

/// A statement that failed. Its kind says what is known about its effect.
class EngineError : public Error {
 public:
  enum class Kind : std::uint8_t {
    refused,      // the engine rejected the statement; it had no effect, and a retry would not help
    unavailable,  // the statement had no effect, because the engine was not reached or cannot do it now
    unknown,      // a time-out or a broken connection: it may have been done, or be done later
  };

  EngineError(Kind kind, int exception_code, const std::string& message);
  /// Makes the error of an exception of ClickHouse's own; its code decides on the kind.
  static EngineError of_exception(int exception_code, const std::string& message);

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is(ExceptionCode code) const noexcept {
    return kind_ == Kind::refused && exception_code_ == static_cast<int>(code);
  }
  /// Returns whether the statement takes more time, memory or rows than a statement may. It would again.
  [[nodiscard]] bool is_too_costly() const noexcept { return is_too_costly_ || takes_too_much_memory_; }
  /// Returns whether the engine's user may not run such a statement or change a setting that it has.
  [[nodiscard]] bool is_forbidden() const noexcept;
  [[nodiscard]] bool takes_too_much_memory() const noexcept { return takes_too_much_memory_; }

 private:
  Kind kind_;
  int exception_code_;
  bool is_too_costly_;
  bool takes_too_much_memory_;
};

/// A write to this machine's disk has failed. What was done may not be on the disk, and nothing is made
/// durable any more until a restart.
class WriteFailed final : public EngineError {
 public:
  explicit WriteFailed(const std::string& message) : EngineError(Kind::unknown, 0, message) {}
};

/// Returns 82 for "Code: 82. DB::Exception: …", and 0 for a text without a code.
int exception_code_in(std::string_view text);

/// Rows for one table, encoded as RowBinary by the caller and committed as one block.
struct Insert {
  std::string into;  // SQL after INSERT INTO: a table, its columns and SETTINGS; nothing of a user's
  std::string rows;
  std::optional<DatabaseName> database = {};  // see Statement::database
  std::string query_id = {};                  // see Statement::query_id
  bool durable = true;  // false: make_durable() will be called before anybody relies on the rows
};

/// A result that arrives in parts. Its destructor ends the statement.
class ResultStream {
 public:
  ResultStream() = default;
  virtual ~ResultStream() = default;
  ResultStream(const ResultStream&) = delete;
  ResultStream& operator=(const ResultStream&) = delete;

  /// Returns the next part, or nullopt at the end. A slow caller slows the engine down. Throws EngineError;
  /// the parts so far are then not the whole result.
  virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
};

/// Runs statements on ClickHouse, in this process or behind HTTP. Implementations are thread-safe, run a
/// bounded number of statements at a time and queue a bounded number more. Every call throws EngineError, or
/// Error(overloaded) if the queue is full.
class Engine {
 public:
  Engine() = default;
  virtual ~Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs a statement whose result does not matter (DDL, a mutation, INSERT … SELECT).
  virtual boost::asio::awaitable<void> execute(Statement statement) = 0;

  /// Runs a query and returns its whole result in the format that its FORMAT clause names.
  virtual boost::asio::awaitable<std::string> query(Statement statement) = 0;

  /// Takes a part of a result. Returns false to end the statement early.
  using Sink = std::function<bool(std::string part)>;

  /// Runs a query and passes its result to `sink` as it arrives. The sink runs on a thread of the engine's:
  /// it must be quick and must not throw.
  virtual boost::asio::awaitable<void> scan(Statement statement, Sink sink) = 0;

  /// Runs a query whose result may have any size, for a reader that may be slow. Returns once the first part
  /// has arrived. The stream must not outlive the engine.
  virtual boost::asio::awaitable<std::unique_ptr<ResultStream>> stream(Statement statement) = 0;

  /// Commits rows. Once it returns, they are in the table, and durable unless the insert says otherwise.
  virtual boost::asio::awaitable<void> insert(Insert insert) = 0;

  /// Returns once everything that a query has shown so far is as durable as the engine's settings make it. A
  /// row can be seen before its insert has made it durable, and also if that failed. Throws WriteFailed if
  /// the disk does not keep it; after another EngineError it can be tried again.
  virtual boost::asio::awaitable<void> make_durable() = 0;

  /// Returns what the engine does now and has done so far. Quick.
  [[nodiscard]] virtual Activity activity() const { return {}; }

  /// Returns whether a write to this machine's disk has failed, so that nothing is made durable until a
  /// restart. Quick.
  [[nodiscard]] virtual bool has_failed_write() const { return false; }
};

}  // namespace annals::engine
