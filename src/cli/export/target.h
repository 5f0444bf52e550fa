#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/export/lines.h"
#include "cli/terminal/progress.h"
#include "io/durable_file.h"

namespace annals::cli {

/// Writes an export to FILE.part and renames that to FILE once it is complete, or writes to standard output.
/// FILE.annals-export records which export (service, client and filter) the part belongs to, so that nothing
/// is appended to the part of another one. Not thread-safe.
class ExportTarget {
 public:
  struct Request {
    std::string file;      // "-": standard output
    std::string format;    // ndjson, csv or parquet
    std::string identity;  // one line: service, client and filter
  };

  /// Resumes the part that an earlier run of the same export has left. Throws std::runtime_error.
  explicit ExportTarget(Request request);

  /// Returns whether an attempt can request only what is missing.
  [[nodiscard]] bool is_resumable() const { return request_.format == "ndjson"; }
  /// Discards what cannot be resumed. Returns the cursor to resume after, or nullopt to start at the
  /// beginning. Call it before each attempt. Throws std::runtime_error if neither is possible.
  std::optional<std::string> begin();
  /// Writes a part of the answer. Returns false if that fails; finish() then throws the reason.
  bool take(std::string_view part) noexcept;
  /// Gives the file its name. Call it once the answer is complete. Throws the failure of take(), and
  /// std::runtime_error if the last line is incomplete or the file cannot be renamed.
  void finish();

  [[nodiscard]] Amount done() const { return done_; }

 private:
  [[nodiscard]] bool is_standard_output() const { return request_.file == "-"; }
  void resume_part();
  void write(std::string_view part);

  const Request request_;
  const std::filesystem::path part_;
  const std::filesystem::path identity_;
  io::GrowingFile file_;
  Amount done_ = {};
  LineKeeper lines_;
  CsvRows csv_;
  std::optional<std::string> cursor_;  // after what an earlier run has left
  std::uint64_t rows_before_ = 0;
  std::exception_ptr failure_;
};

}  // namespace annals::cli
