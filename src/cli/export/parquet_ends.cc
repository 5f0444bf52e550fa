#include "cli/export/parquet_ends.h"

#include <algorithm>

namespace annals::cli {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kEnd = kLengthBytes + kMagic.size();

}  // namespace

void ParquetEnds::add(std::string_view part) {
  first_ += part.substr(0, kMagic.size() - std::min(first_.size(), kMagic.size()));
  last_ += part.substr(part.size() - std::min(part.size(), kEnd));
  last_.erase(0, last_.size() - std::min(last_.size(), kEnd));
  size_ += part.size();
}

bool ParquetEnds::is_whole() const {
  if (first_ != kMagic || !last_.ends_with(kMagic) || size_ < kMagic.size() + kEnd) return false;
  std::uint64_t footer = 0;  // little-endian
  for (std::size_t i = kLengthBytes; i > 0; --i) {
    footer = footer * 256 + static_cast<std::uint8_t>(last_[i - 1]);
  }
  return footer > 0 && footer <= size_ - kMagic.size() - kEnd;
}

}  // namespace annals::cli
