#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace annals::cli {

/// A line of a file that is not an event, and the reasons in plain words.
struct BadLine {
  std::int64_t line = 0;  // from 1
  std::vector<std::string> problems = {};
  std::string text = {};  // as it is in the file; empty if it is too long

  /// Returns "line 7: record_id: field required; source_id: field required".
  [[nodiscard]] std::string words() const;
  /// Returns one line of JSON for the file of rejected lines, its line break included.
  [[nodiscard]] std::string json() const;
  /// Returns whether a file that begins so may be a file of rejected lines, as an empty one is.
  static bool may_begin(std::string_view file);
};

/// Ends an import at its first bad line.
class ImportStopped : public std::runtime_error {
 public:
  explicit ImportStopped(const BadLine& bad) : std::runtime_error(bad.words()) {}
};

}  // namespace annals::cli
