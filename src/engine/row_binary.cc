#include "engine/row_binary.h"

#include <algorithm>
#include <array>

namespace annals::engine {

void append_varint(std::string& row, std::uint64_t value) {
  constexpr std::uint64_t kMore = 0x80;
  while (value >= kMore) {
    row += static_cast<char>((value & 0x7FU) | kMore);
    value >>= 7U;
  }
  row += static_cast<char>(value);
}

std::optional<std::uint64_t> read_varint(std::string_view row, std::size_t& at) {
  constexpr unsigned kMaxShift = 63;
  std::uint64_t value = 0;
  for (unsigned shift = 0; at < row.size() && shift <= kMaxShift; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(row[at++]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

void append_string(std::string& row, std::string_view value) {
  append_varint(row, value.size());
  row += value;
}

void append_uuid(std::string& row, std::span<const std::uint8_t, 16> bytes) {
  std::array<char, 16> halves{};
  std::ranges::reverse_copy(bytes.first<8>(), halves.begin());
  std::ranges::reverse_copy(bytes.last<8>(), halves.begin() + 8);
  row.append(halves.data(), halves.size());
}

std::array<std::uint8_t, 16> read_uuid(const char* row) {
  std::array<std::uint8_t, 16> bytes{};
  constexpr std::size_t kHalf = 8;
  for (std::size_t i = 0; i < kHalf; ++i) {
    bytes[i] = static_cast<std::uint8_t>(row[kHalf - 1 - i]);
    bytes[kHalf + i] = static_cast<std::uint8_t>(row[2 * kHalf - 1 - i]);
  }
  return bytes;
}

void append_is_null(std::string& row, bool is_null) {
  row += is_null ? '\1' : '\0';
}

}  // namespace annals::engine
