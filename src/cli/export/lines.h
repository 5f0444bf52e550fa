#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace annals::cli {

/// The cursor (`after=`) behind an event of an NDJSON export; nothing when the line is no such event.
std::optional<std::string> cursor_after(std::string_view line);

/// What an export that broke off has left in its file.
struct ExportedLines {
  std::uint64_t bytes = 0;  // of its whole lines; what follows is the beginning of one more
  std::uint64_t rows = 0;
  std::optional<std::string> cursor;  // behind the last of them; nothing when there is none to go on from
};

/// Throws std::runtime_error when the file cannot be read.
ExportedLines exported_lines(const std::filesystem::path& path);

/// Takes the lines of an NDJSON export as they come, in parts of any size. Not safe for concurrent use.
class LineKeeper {
 public:
  /// Adds a part. Returns the bytes that complete lines, to be written; the beginning of a line that is not
  /// complete stays here. The result lives until the next call.
  std::string_view add(std::string_view part);
  /// Forgets the line that is not complete: the next part is of another answer.
  void drop_rest();

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] bool has_rest() const { return !rest_.empty(); }
  /// The last complete line, without its break; empty when there is none.
  [[nodiscard]] const std::string& last_line() const { return last_line_; }

 private:
  std::string rest_;
  std::string whole_;
  std::string last_line_;
  std::uint64_t rows_ = 0;
};

/// Counts the rows of a CSV text that comes in parts; the one with the names is not counted.
class CsvRows {
 public:
  void add(std::string_view part);
  [[nodiscard]] std::uint64_t rows() const { return lines_ > 0 ? lines_ - 1 : 0; }

 private:
  std::uint64_t lines_ = 0;
  bool quoted_ = false;
};

}  // namespace annals::cli
