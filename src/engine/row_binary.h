// ClickHouse's RowBinary (https://clickhouse.com/docs/interfaces/formats/RowBinary) writes a row as its
// values one after another, in the order of the statement's columns, with nothing in between.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace annals::engine {

/// Appends a number in LEB128, seven bits per byte, the lowest first. RowBinary writes lengths this way.
void append_varint(std::string& row, std::uint64_t value);

/// Appends a UIntN or IntN, or a type that is stored as one: DateTime (UInt32, seconds), DateTime64 (Int64,
/// ticks), Enum8. Little-endian.
template <std::integral Integer>
void append_integer(std::string& row, Integer value) {
  // Written byte by byte, so that the byte order of the machine does not matter.
  auto rest = static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<Integer>>(value));
  char bytes[sizeof(Integer)];
  for (char& byte : bytes) {
    byte = static_cast<char>(rest & 0xFFU);
    rest >>= 8U;
  }
  row.append(bytes, sizeof bytes);
}

/// Appends a String, which may hold any bytes.
void append_string(std::string& row, std::string_view value);

/// Appends a UUID, given as bytes in the order in which a UUID is written. ClickHouse keeps two 64-bit
/// halves, each little-endian.
void append_uuid(std::string& row, std::span<const std::uint8_t, 16> bytes);

/// Returns the UUID that append_uuid() wrote into the 16 bytes from `row` on.
std::array<std::uint8_t, 16> read_uuid(const char* row);

/// Returns the number that append_varint() wrote at `at`, and moves `at` past it. Returns nullopt if the
/// bytes end first, or after 10 bytes without an end.
std::optional<std::uint64_t> read_varint(std::string_view row, std::size_t& at);

/// Returns the integer that append_integer() wrote into the bytes from `row` on.
template <std::integral Integer>
Integer read_integer(const char* row) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(Integer); i-- > 0;) value = value << 8U | static_cast<std::uint8_t>(row[i]);
  return static_cast<Integer>(value);
}

/// Appends the byte that precedes a value of a Nullable column. No value follows a null.
void append_is_null(std::string& row, bool is_null);

}  // namespace annals::engine
