#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace annals::envelopes {

/// Cuts a stream of NDJSON, which arrives in chunks of any size, into lines. Holds at most two lines of the
/// allowed size. Not thread-safe.
class LineCutter {
 public:
  /// `max_line` is in bytes, without the line break. A longer line is cut off there and reported as too long.
  explicit LineCutter(std::size_t max_line) : max_line_(max_line) {}

  struct Line {
    std::int64_t number = 0;  // from 0, blank lines counted
    std::string_view text;  // without its "\n" and a byte order mark; a "\r" stays, it is white space to JSON
    bool too_long = false;
    std::uint64_t end = 0;  // offset in the stream after the line and its "\n"
  };
  /// Returns the lines that `chunk` completes, without blank ones. Their texts are valid until the next call
  /// of add(), finish() or free_lines(), as long as the chunk lives.
  std::vector<Line> add(std::string_view chunk);
  /// Returns the number of lines that have ended so far, blank ones included.
  [[nodiscard]] std::int64_t lines() const { return number_; }
  /// Returns the number of bytes held of the line that has not ended yet.
  [[nodiscard]] std::size_t held() const { return rest_.size(); }
  /// Frees what is kept of the lines that were returned last. Call it if the next chunk may be long in
  /// coming.
  void free_lines();
  /// Returns the number of bytes of memory that are kept, for lines that were returned too.
  [[nodiscard]] std::size_t memory() const;
  /// Returns the last line, if it has no line break and is not blank.
  std::vector<Line> finish();

 private:
  [[nodiscard]] std::string_view fitting(std::string_view piece) const;
  void end_line(std::vector<Line>& lines, std::string_view text);

  std::size_t max_line_;
  std::int64_t number_ = 0;
  std::uint64_t read_ = 0;  // bytes of the stream so far
  std::string rest_;        // the beginning of the line that has not ended yet
  std::string carried_;     // the line that began in an earlier chunk
  bool too_long_ = false;   // `rest_` has been cut off
};

}  // namespace annals::envelopes
