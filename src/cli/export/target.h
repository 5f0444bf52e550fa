#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/export/destination.h"
#include "cli/export/lines.h"
#include "cli/export/parquet_ends.h"
#include "cli/terminal/progress.h"
#include "io/durable_file.h"

namespace annals::cli {

/// Writes an export to FILE.part and renames that to FILE once it is whole, or writes into a stream. Of
/// several exports to one file the first has FILE.part locked, and the others are refused. FILE.annals-export
/// records which export (service, client and filter) the part belongs to, so that nothing is appended to the
/// part of another one, and how many events it must have. Not thread-safe.
class ExportTarget {
 public:
  struct Request {
    std::string file;  // as the user has named it
    Destination destination;
    std::string format;       // ndjson, csv or parquet
    std::string identity;     // one line: service, client and filter
    std::uint64_t count = 0;  // the number of events when the export began: it has as many, or more
  };

  /// Resumes the part that an earlier run of the same export has left. Throws std::runtime_error, also if
  /// another process exports to the file.
  explicit ExportTarget(Request request);

  /// Returns whether an attempt can request only what is missing.
  [[nodiscard]] bool is_resumable() const { return request_.format == "ndjson"; }
  /// Discards what cannot be resumed. Returns the cursor to resume after, or nullopt to start at the
  /// beginning. Call it before each attempt. Throws std::runtime_error if neither is possible.
  std::optional<std::string> begin();
  /// Writes a part of the answer. Returns false if that fails; finish() then throws the reason.
  bool take(std::string_view part) noexcept;
  /// Returns what shows that the answer which has ended was cut, or nullopt if it is whole. A proxy may have
  /// given a cut answer a clean end. If take() has failed, there is no answer to judge.
  [[nodiscard]] std::optional<std::string> flaw() const;
  /// Gives the file its name. Call it once the answer is whole. Throws the failure of take(), and
  /// std::runtime_error if the file cannot be renamed.
  void finish();

  [[nodiscard]] Amount done() const { return done_; }

 private:
  [[nodiscard]] bool is_file() const { return request_.destination.kind == Destination::Kind::file; }
  void open_part();
  void resume_part();
  void write(std::string_view part);

  Request request_;
  const std::filesystem::path part_;
  const std::filesystem::path identity_;
  io::GrowingFile file_;
  Amount done_ = {};
  LineKeeper lines_;
  CsvRows csv_;
  ParquetEnds parquet_;
  std::optional<std::string> cursor_;  // after what an earlier run has left
  std::uint64_t rows_before_ = 0;
  std::exception_ptr failure_;
};

}  // namespace annals::cli
