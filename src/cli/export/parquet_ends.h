#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace annals::cli {

/// Keeps the two ends of a Parquet document that arrives in parts, to tell whether it is whole: a document
/// begins and ends with "PAR1", and the length of its footer stands before the last four bytes. The footer is
/// written last. Not thread-safe.
class ParquetEnds {
 public:
  void add(std::string_view part);
  [[nodiscard]] bool is_whole() const;

 private:
  std::string first_;
  std::string last_;
  std::uint64_t size_ = 0;
};

}  // namespace annals::cli
