#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace annals::cli {

/// Returns the cursor (`after=`) of the event in a line of an NDJSON export, or nullopt if it has no event.
std::optional<std::string> cursor_after(std::string_view line);

/// The whole lines that an interrupted export has left in its file.
struct ExportedLines {
  std::uint64_t bytes = 0;  // of the whole lines; the rest is the beginning of one more
  std::uint64_t rows = 0;
  std::optional<std::string> cursor;  // after the last of them; nullopt if an export cannot resume there
};

/// Reads what an interrupted export has left. Throws std::runtime_error if the file cannot be read.
ExportedLines exported_lines(const std::filesystem::path& path);

/// Assembles the lines of an NDJSON export, which arrives in parts of any size. Not thread-safe.
class LineKeeper {
 public:
  /// Adds a part. Returns the bytes that complete lines, to be written, and keeps the beginning of an
  /// incomplete line. The result is valid until the next call.
  std::string_view add(std::string_view part);
  /// Forgets the incomplete line, because the next part belongs to another answer.
  void drop_rest();

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] bool has_rest() const { return !rest_.empty(); }
  /// Returns the last complete line without its line break; empty if there is none.
  [[nodiscard]] const std::string& last_line() const { return last_line_; }

 private:
  std::string rest_;
  std::string whole_;
  std::string last_line_;
  std::uint64_t rows_ = 0;
};

/// Counts the rows of a CSV text that arrives in parts, without the row of column names.
class CsvRows {
 public:
  void add(std::string_view part);
  [[nodiscard]] std::uint64_t rows() const { return lines_ > 0 ? lines_ - 1 : 0; }
  /// Returns whether the text has its row of names and does not end in the middle of a row.
  [[nodiscard]] bool ends_with_a_row() const { return last_ == '\n' && !quoted_; }

 private:
  std::uint64_t lines_ = 0;
  bool quoted_ = false;
  char last_ = '\0';
};

}  // namespace annals::cli
