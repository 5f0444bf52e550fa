#include "engine/embedded/parquet_file.h"

#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/embedded/in_quotes.h"
#include "engine/embedded/library.h"
#include "engine/engine.h"

namespace annals::engine {
namespace {

constexpr std::string_view kFormat = "CSV";

[[noreturn]] void refuse(const char* text) {
  throw EngineError::of_exception(exception_code_in(text), text);
}

}  // namespace

/// The library, its one connection, and the statement that runs.
struct ParquetFile::Open {
  struct Destroy {
    const EmbeddedLibrary* library;
    void operator()(ChdbResult* result) const { library->destroy_query_result(result); }
  };
  using Result = std::unique_ptr<ChdbResult, Destroy>;

  explicit Open(const std::string& path) : library(EmbeddedLibrary::find(path)) {
    std::string name = "clickhouse";
    char* arguments[] = {name.data()};
    connection = library.connect(1, arguments);
    if (connection == nullptr) throw std::runtime_error("the engine library does not start");
  }
  ~Open() {
    if (stream) library.stream_cancel_query(*connection, stream.get());
    stream.reset();
    if (connection != nullptr) library.close_conn(connection);
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;

  Result checked(ChdbResult* result) const {
    Result owned(result, Destroy{&library});
    if (result == nullptr) refuse("the engine gave no result");
    if (const char* error = library.result_error(result); error != nullptr) refuse(error);
    return owned;
  }
  [[nodiscard]] std::string text_of(const Result& result) const {
    const std::size_t length = library.result_length(result.get());
    return length == 0 ? std::string() : std::string(library.result_buffer(result.get()), length);
  }
  std::string query(const std::string& sql) const {
    return text_of(
        checked(library.query_with_params_n(*connection, sql.data(), sql.size(), kFormat.data(),
                                            kFormat.size(), nullptr, nullptr, nullptr, nullptr, 0)));
  }
  void begin(const std::string& sql) {
    stream =
        checked(library.stream_query_with_params_n(*connection, sql.data(), sql.size(), kFormat.data(),
                                                   kFormat.size(), nullptr, nullptr, nullptr, nullptr, 0));
  }
  std::string next() const {
    return text_of(checked(library.stream_fetch_result(*connection, stream.get())));
  }

  EmbeddedLibrary library;
  ChdbConnection* connection = nullptr;
  Result stream{nullptr, Destroy{&library}};
  std::string head = {};  // what next() returns first
};

ParquetFile::ParquetFile(const std::string& library, const std::filesystem::path& file)
    : open_(std::make_unique<Open>(library)) {
  const std::string source =
      fmt::format("file({}, Parquet)", in_quotes(std::filesystem::absolute(file).string(), '\''));
  // The engine formats each part of a stream separately, so that it would name the columns before each.
  open_->head = open_->query(fmt::format("SELECT * FROM {} LIMIT 0 FORMAT CSVWithNames", source));
  open_->begin(
      fmt::format("SELECT * FROM {} SETTINGS date_time_output_format = 'iso', "
                  "format_csv_null_representation = '', max_threads = 1 FORMAT CSV",
                  source));
}

ParquetFile::~ParquetFile() = default;

std::string ParquetFile::next() {
  if (!open_->head.empty()) return std::exchange(open_->head, {});
  return open_->next();
}

}  // namespace annals::engine
