// ClickHouse's RowBinary (https://clickhouse.com/docs/interfaces/formats/RowBinary): a row is its values one
// after another, in the order of the statement's columns, with nothing in between.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace annals::engine {

/// A number in LEB128, seven bits a byte, the lowest first: how RowBinary counts.
void append_varint(std::string& row, std::uint64_t value);

/// UIntN and IntN, and what is stored as one: DateTime (UInt32, seconds), DateTime64 (Int64, ticks), Enum8.
/// Little-endian.
template <std::integral Integer>
void append_integer(std::string& row, Integer value) {
  // Written byte by byte, so that the machine's own order does not matter.
  auto rest = static_cast<std::uint64_t>(value);
  char bytes[sizeof(Integer)];
  for (char& byte : bytes) {
    byte = static_cast<char>(rest & 0xFFU);
    rest >>= 8U;
  }
  row.append(bytes, sizeof bytes);
}

/// String: any bytes.
void append_string(std::string& row, std::string_view value);

/// UUID: its bytes in the order in which they are written. ClickHouse keeps two 64-bit halves, each
/// little-endian.
void append_uuid(std::string& row, std::span<const std::uint8_t, 16> bytes);

/// The UUID that append_uuid() wrote into the 16 bytes from `row` on.
std::array<std::uint8_t, 16> read_uuid(const char* row);

/// The number that append_varint() wrote at `at`, which moves behind it. Nothing when the bytes end before.
std::optional<std::uint64_t> read_varint(std::string_view row, std::size_t& at);

/// The integer that append_integer() wrote into the bytes from `row` on.
template <std::integral Integer>
Integer read_integer(const char* row) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(Integer); i-- > 0;) value = value << 8U | static_cast<std::uint8_t>(row[i]);
  return static_cast<Integer>(value);
}

/// What comes before a value of a Nullable column; after a null comes no value.
void append_is_null(std::string& row, bool is_null);

}  // namespace annals::engine
