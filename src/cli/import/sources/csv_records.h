#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace annals::cli {

/// A record of a CSV text, with its fields as they are meant.
struct CsvRecord {
  std::vector<std::string> fields = {};
  std::int64_t lines = 1;  // of the text that it takes, because a quoted field may have line breaks
};

/// Cuts a CSV text (RFC 4180, also with `\n` alone), which arrives in parts of any size, into records. A
/// quote inside an unquoted field stands for itself. Not thread-safe.
class CsvRecords {
 public:
  using Take = std::function<void(CsvRecord record)>;

  explicit CsvRecords(char delimiter) : delimiter_(delimiter) {}

  /// Calls `take` for each record that the part completes. Throws BrokenFile if a record has more than 16
  /// MiB: its last quote is missing.
  void add(std::string_view part, const Take& take);

  /// Calls `take` for the last record, if it has no line break. Throws BrokenFile if it ends inside quotes.
  void finish(const Take& take);

 private:
  enum class State : unsigned char { at_start, unquoted, quoted, after_quote };

  void take_quoted(char c);
  void take_other(char c, const Take& take);
  void end_field();
  void end_record(const Take& take);
  [[noreturn]] void complain() const;

  const char delimiter_;
  State state_ = State::at_start;
  CsvRecord record_;
  std::string field_;
  std::size_t size_ = 0;     // of the record so far
  std::int64_t number_ = 1;  // the line that the record begins in
};

}  // namespace annals::cli
