#include "engine/embedded/connection.h"

#include <chrono>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/embedded/document_pipe.h"
#include "engine/embedded/in_quotes.h"
#include "engine/embedded/time_limit.h"
#include "engine/kept_free.h"
#include "io/free_room.h"

namespace annals::engine {
namespace {

constexpr std::string_view kDefaultFormat = "TabSeparated";  // of a statement without a FORMAT clause

[[noreturn]] void refuse(const char* text) {
  throw EngineError::of_exception(exception_code_in(text), text);
}

/// Owns a result of the library.
class Result {
 public:
  Result(const EmbeddedLibrary& library, ChdbResult* result) : library_(library), result_(result) {}
  ~Result() { library_.destroy_query_result(result_); }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;

  [[nodiscard]] ChdbResult* get() const { return result_; }
  /// Throws EngineError if the result is an error.
  void check() const {
    if (result_ == nullptr) refuse("the engine gave no result");
    if (const char* error = library_.result_error(result_); error != nullptr) refuse(error);
  }
  [[nodiscard]] bool is_error() const {
    return result_ == nullptr || library_.result_error(result_) != nullptr;
  }
  [[nodiscard]] std::string text() const {
    const std::size_t length = library_.result_length(result_);
    return length == 0 ? std::string() : std::string(library_.result_buffer(result_), length);
  }

 private:
  const EmbeddedLibrary& library_;
  ChdbResult* result_;
};

/// Holds parameters in the form that the C interface takes. It points into `escaped` and into `parameters`,
/// which must outlive this object.
struct BoundParameters {
  explicit BoundParameters(const std::vector<Parameter>& parameters) {
    escaped.reserve(parameters.size());
    for (const Parameter& parameter : parameters) {
      const std::string& value = escaped.emplace_back(escape_parameter(parameter.value));
      names.push_back(parameter.name.data());
      name_lengths.push_back(parameter.name.size());
      values.push_back(value.data());
      value_lengths.push_back(value.size());
    }
  }
  std::vector<std::string> escaped;
  std::vector<const char*> names;
  std::vector<std::size_t> name_lengths;
  std::vector<const char*> values;
  std::vector<std::size_t> value_lengths;
};

/// Returns the text of a statement with its time limit.
std::string sql_of(const Statement& statement) {
  if (!statement.time_limit) return statement.sql;
  const std::chrono::duration<double> seconds = *statement.time_limit;
  return fmt::format("{} SETTINGS max_execution_time = {:.3f}", statement.sql, seconds.count());
}

class EmbeddedConnection final : public Connection {
 public:
  EmbeddedConnection(const Shared& shared, std::vector<std::string> arguments)
      : library_(shared.library),
        tables_(shared.tables),
        sync_(shared.sync),
        failed_writes_(shared.failed_writes),
        directory_(shared.directory),
        time_limit_(shared.time_limit) {
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    handle_ = library_.connect(static_cast<int>(argv.size()), argv.data());
    if (handle_ == nullptr)
      throw std::runtime_error("the embedded engine does not start; its own words are above");
  }
  ~EmbeddedConnection() override { library_.close_conn(handle_); }

  std::string query(const Statement& statement) override {
    const auto in_use = wake(statement.database);
    return judging([&] { return ask(statement); });
  }

  void execute(const Statement& statement) override {
    const auto in_use = wake(statement.database);
    judging([&] { change(statement); });
    if (statement.durable) make_durable();
  }

  void make_durable() override { finish_writes({.sync = true}); }

  void stream(const Statement& statement, const Sink& sink, Deadline /*deadline*/) override {
    if (!statement.document_format.empty()) {
      stream_document(statement, sink);
      return;
    }
    const auto in_use = wake(statement.database);
    judging([&] { stream_text(statement, sink); });
  }

  void insert(const Insert& insert) override {
    check_room();
    const auto in_use = wake(insert.database);
    stream_rows(insert);
    finish_writes({.sync = insert.durable});
  }

 private:
  /// Lasts while a statement runs. One that fails, or whose result is not read to its end, leaves things
  /// behind (26.7): the next result on this connection begins with the rows that it had made, and a refused
  /// insert holds its table, so that a DROP … SYNC on another connection would wait. This object's destructor
  /// does away with that.
  class Running {
   public:
    explicit Running(EmbeddedConnection& connection) : connection_(connection) {
      if (!connection_.is_clean_) connection_.clean();
      connection_.is_clean_ = false;
    }
    ~Running() {
      if (!connection_.is_clean_) connection_.try_to_clean();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    void succeeded() { connection_.is_clean_ = true; }

   private:
    EmbeddedConnection& connection_;
  };

  /// Runs statements until one has the result that it should have. Throws EngineError if none has.
  void clean() {
    constexpr int kAttempts = 3;
    const Statement question{.sql = "SELECT 1", .time_limit = kNoTimeLimit};
    for (int i = 0; i < kAttempts && !is_clean_; ++i) {
      const Result result = run(question, sql_of(question));
      is_clean_ = !result.is_error() && result.text() == "1\n";
    }
    if (is_clean_) return;
    throw EngineError(EngineError::Kind::unavailable, 0, "a connection has something of another statement");
  }

  /// If it fails, the next statement cleans up before it begins.
  void try_to_clean() noexcept {
    try {
      clean();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
    }
  }

  /// Wakes the tables of that database, if there is one, and keeps them awake until the result goes.
  std::unique_ptr<SleepingTables::Use> wake(const std::optional<DatabaseName>& database) {
    if (!database) return nullptr;
    return tables_.use(*database, [this](const std::string& sql) { change({.sql = sql}); });
  }

  /// Reads. What a statement was refused for says nothing about it if a write of the engine has failed: a
  /// part that was written then is empty, and read until the process ends.
  template <class Work>
  std::invoke_result_t<Work> judging(Work work) {
    try {
      return work();
    } catch (const EngineError& error) {
      if (error.kind() != EngineError::Kind::refused || !has_failed_write()) throw;
      throw EngineError(EngineError::Kind::unavailable, 0, error.what());
    }
  }

  bool has_failed_write() {
    try {
      check_writes();
      return false;
    } catch (const std::system_error&) {
      return true;
    } catch (const EngineError&) {
      return false;  // it is not known
    }
  }

  /// Throws std::system_error if a write of the engine has failed.
  void check_writes() {
    failed_writes_.check([this](const std::string& sql) { return ask({.sql = sql}); });
  }

  std::string ask(const Statement& statement) {
    Running running(*this);
    const TimeLimit limit(statement.time_limit.value_or(time_limit_));
    const Result result = run(statement, sql_of(statement));
    result.check();
    limit.check();
    running.succeeded();
    return result.text();
  }

  void change(const Statement& statement) {
    Running running(*this);
    run(statement, statement.sql).check();
    running.succeeded();
  }

  void stream_text(const Statement& statement, const Sink& sink) {
    Running running(*this);
    const TimeLimit limit(statement.time_limit.value_or(time_limit_));
    const std::string sql = sql_of(statement);
    const BoundParameters bound(statement.parameters);
    const Result stream(library_, library_.stream_query_with_params_n(
                                      *handle_, sql.data(), sql.size(), kDefaultFormat.data(),
                                      kDefaultFormat.size(), bound.names.data(), bound.name_lengths.data(),
                                      bound.values.data(), bound.value_lengths.data(), bound.names.size()));
    stream.check();
    while (true) {
      const Result part(library_, library_.stream_fetch_result(*handle_, stream.get()));
      part.check();
      limit.check();
      std::string chunk = part.text();
      if (chunk.empty()) {
        running.succeeded();
        return;
      }
      if (sink(std::move(chunk))) continue;
      library_.stream_cancel_query(*handle_, stream.get());
      return;
    }
  }

  Result run(const Statement& statement, const std::string& sql) {
    const BoundParameters bound(statement.parameters);
    return {library_, library_.query_with_params_n(*handle_, sql.data(), sql.size(), kDefaultFormat.data(),
                                                   kDefaultFormat.size(), bound.names.data(),
                                                   bound.name_lengths.data(), bound.values.data(),
                                                   bound.value_lengths.data(), bound.names.size())};
  }

  /// Throws EngineError if there is too little room for events.
  void check_room() const {
    constexpr int kNotEnoughSpace = 243;  // ClickHouse's number for it
    const std::uint64_t free = io::free_room(directory_);
    if (free >= kFreeForEvents) return;
    throw EngineError::of_exception(kNotEnoughSpace, fmt::format("only {} bytes are free on the disk", free));
  }

  struct Finish {
    bool sync;
  };
  /// Finds out whether all writes of statements have succeeded, and syncs them. If not, their outcome is
  /// unknown: they were done but may not be on the disk.
  void finish_writes(Finish finish) {
    try {
      check_writes();
      if (finish.sync && sync_ != nullptr) sync_->run();
    } catch (const std::system_error& error) {
      throw WriteFailed(error.what());
    }
  }

  // Inserts the rows. A truncated row can make this hang inside the library (26.7): rows must be encoded
  // whole, and are.
  void stream_rows(const Insert& insert) {
    constexpr std::string_view kFormat = "RowBinary";
    const std::string sql = "INSERT INTO " + insert.into;
    struct Stream {
      const EmbeddedLibrary& library;
      ChdbInsertStream handle;
      ~Stream() { library.destroy_insert_stream(handle); }  // cancels an unfinished insert
    };
    Running running(*this);
    const TimeLimit limit(time_limit_);
    const Stream stream{
        .library = library_,
        .handle = library_.stream_insert_n(*handle_, sql.data(), sql.size(), kFormat.data(), kFormat.size())};
    check(stream.handle);
    library_.stream_append(stream.handle, insert.rows.data(), insert.rows.size());
    check(stream.handle);
    const Result result(library_, library_.stream_done(stream.handle));
    result.check();
    limit.check();
    running.succeeded();
  }

  void check(ChdbInsertStream stream) const {
    if (const char* error = library_.stream_insert_error(stream); error != nullptr) refuse(error);
  }

  /// Passes on a result whose rows make one document. The library formats each fetched part separately, so
  /// that every part would be a document. The engine therefore writes the result to a pipe as to a file.
  void stream_document(const Statement& statement, const Sink& sink) {
    read_document(
        [this, &statement](const std::string& path) {
          query({.sql = fmt::format("{} INTO OUTFILE {} TRUNCATE FORMAT {}", statement.sql,
                                    in_quotes(path, '\''), statement.document_format),
                 .parameters = statement.parameters,
                 .database = statement.database,
                 .time_limit = statement.time_limit});
        },
        sink);
  }

  const EmbeddedLibrary& library_;
  SleepingTables& tables_;
  FileSystemSync* sync_;
  FailedWrites& failed_writes_;
  const std::filesystem::path directory_;
  const std::chrono::milliseconds time_limit_;
  ChdbConnection* handle_ = nullptr;
  bool is_clean_ = true;  // nothing of a statement is left
};

}  // namespace

std::unique_ptr<Connection> make_embedded_connection(const Shared& shared,
                                                     std::vector<std::string> arguments) {
  return std::make_unique<EmbeddedConnection>(shared, std::move(arguments));
}

}  // namespace annals::engine
