#include "engine/embedded/connection.h"

#include <charconv>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/embedded/in_quotes.h"
#include "io/removed_at_end.h"

namespace annals::engine {
namespace {

constexpr std::string_view kDefaultFormat = "TabSeparated";  // of a statement without a FORMAT clause

/// Returns 82 for "Code: 82. DB::Exception: …", and 0 for a text without a code.
int exception_code(std::string_view text) {
  constexpr std::string_view kPrefix = "Code: ";
  const auto at = text.find(kPrefix);
  int code = 0;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + kPrefix.size(), text.data() + text.size(), code);
  return code;
}

[[noreturn]] void refuse(const char* text) {
  throw EngineError::of_exception(exception_code(text), text);
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

class EmbeddedConnection final : public Connection {
 public:
  /// `sync` may be null: what was written is then left to the system's cache. `document` is a file that only
  /// this connection uses, for results that cannot be fetched in parts.
  EmbeddedConnection(const EmbeddedLibrary& library, std::vector<std::string> arguments, FileSystemSync* sync,
                     SleepingTables& tables, std::filesystem::path document)
      : library_(library), sync_(sync), tables_(tables), document_(std::move(document)) {
    std::filesystem::remove(document_);  // a crash may have left it behind
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    handle_ = library.connect(static_cast<int>(argv.size()), argv.data());
    if (handle_ == nullptr)
      throw std::runtime_error("the embedded engine does not start; its own words are above");
  }
  ~EmbeddedConnection() override { library_.close_conn(handle_); }

  std::string query(const Statement& statement) override {
    const auto in_use = wake(statement.database);
    const Result result = run(statement);
    result.check();
    return result.text();
  }

  void execute(const Statement& statement) override {
    query(statement);
    make_durable();
  }

  /// Syncs what statements wrote. If that fails, their outcome is unknown: they were done but may not be on
  /// the disk.
  void make_durable() override {
    if (sync_ == nullptr) return;
    try {
      sync_->run();
    } catch (const std::system_error& error) {
      throw EngineError(EngineError::Kind::unknown, 0, error.what());
    }
  }

  void stream(const Statement& statement, const Sink& sink, Deadline /*deadline*/) override {
    if (!statement.document_format.empty()) {
      stream_document(statement, sink);
      return;
    }
    const auto in_use = wake(statement.database);
    const BoundParameters bound(statement.parameters);
    const Result stream(library_,
                        library_.stream_query_with_params_n(
                            *handle_, statement.sql.data(), statement.sql.size(), kDefaultFormat.data(),
                            kDefaultFormat.size(), bound.names.data(), bound.name_lengths.data(),
                            bound.values.data(), bound.value_lengths.data(), bound.names.size()));
    stream.check();
    while (true) {
      const Result part(library_, library_.stream_fetch_result(*handle_, stream.get()));
      part.check();
      std::string chunk = part.text();
      if (chunk.empty()) return;
      if (sink(std::move(chunk))) continue;
      library_.stream_cancel_query(*handle_, stream.get());
      return;
    }
  }

  void insert(const Insert& insert) override {
    const auto in_use = wake(insert.database);
    try {
      stream_rows(insert);
    } catch (const EngineError&) {
      release_table_lock();
      throw;
    }
    if (insert.durable) make_durable();
  }

 private:
  /// Wakes the tables of that database, if there is one, and keeps them awake until the result goes.
  std::unique_ptr<SleepingTables::Use> wake(const std::optional<DatabaseName>& database) {
    if (!database) return nullptr;
    return tables_.use(*database, [this](const std::string& sql) { run({.sql = sql}).check(); });
  }

  Result run(const Statement& statement) {
    const BoundParameters bound(statement.parameters);
    return {library_, library_.query_with_params_n(
                          *handle_, statement.sql.data(), statement.sql.size(), kDefaultFormat.data(),
                          kDefaultFormat.size(), bound.names.data(), bound.name_lengths.data(),
                          bound.values.data(), bound.value_lengths.data(), bound.names.size())};
  }

  /// Makes the engine release the table of a refused insert: the insert holds the table until the
  /// connection's next statement (26.7), and a DROP … SYNC on another connection would wait for that.
  void release_table_lock() { run({.sql = "SELECT 1"}); }

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
    const Stream stream{
        .library = library_,
        .handle = library_.stream_insert_n(*handle_, sql.data(), sql.size(), kFormat.data(), kFormat.size())};
    check(stream.handle);
    library_.stream_append(stream.handle, insert.rows.data(), insert.rows.size());
    check(stream.handle);
    const Result result(library_, library_.stream_done(stream.handle));
    result.check();
  }

  void check(ChdbInsertStream stream) const {
    if (const char* error = library_.stream_insert_error(stream); error != nullptr) refuse(error);
  }

  /// Passes on a result whose rows make one document. The library formats each fetched part separately, so
  /// that every part would be a document. The engine therefore writes the result to a file, which is read
  /// afterwards.
  void stream_document(const Statement& statement, const Sink& sink) {
    const io::RemovedAtEnd file(document_);
    const Statement to_file{
        .sql = fmt::format("{} INTO OUTFILE {} TRUNCATE FORMAT {}", statement.sql,
                           in_quotes(document_.string(), '\''), statement.document_format),
        .parameters = statement.parameters,
        .database = statement.database};
    query(to_file);
    std::ifstream content(document_, std::ios::binary);
    constexpr std::size_t kPart = std::size_t{256} << 10U;
    std::string part(kPart, '\0');
    while (content.read(part.data(), kPart) || content.gcount() > 0) {
      if (!sink(part.substr(0, static_cast<std::size_t>(content.gcount())))) return;
    }
    if (!content.eof()) refuse("the result cannot be read back");
  }

  const EmbeddedLibrary& library_;
  FileSystemSync* sync_;
  SleepingTables& tables_;
  const std::filesystem::path document_;
  ChdbConnection* handle_ = nullptr;
};

}  // namespace

std::unique_ptr<Connection> make_embedded_connection(const EmbeddedLibrary& library,
                                                     std::vector<std::string> arguments, FileSystemSync* sync,
                                                     SleepingTables& tables, std::filesystem::path document) {
  return std::make_unique<EmbeddedConnection>(library, std::move(arguments), sync, tables,
                                              std::move(document));
}

}  // namespace annals::engine
