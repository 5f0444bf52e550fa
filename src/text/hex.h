#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace annals::text {

/// Marks a character that is no hexadecimal digit; see hex_value().
inline constexpr std::uint8_t kNoHexDigit = 0xFF;

/// Returns the value of a hexadecimal digit of either case, or kNoHexDigit.
inline std::uint8_t hex_value(char c) {
  static constexpr std::array<std::uint8_t, 256> kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoHexDigit);
    for (std::uint8_t i = 0; i < 10; ++i) values.at('0' + i) = i;
    for (std::uint8_t i = 0; i < 6; ++i) {
      values.at('a' + i) = values.at('A' + i) = static_cast<std::uint8_t>(10 + i);
    }
    return values;
  }();
  return kValues[static_cast<unsigned char>(c)];
}

/// Returns the bytes as lower-case hexadecimal digits, two per byte.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// Reads hexadecimal digits of either case into `bytes`. Returns false unless `text` has exactly two digits
/// for each byte; `bytes` then means nothing.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::uint8_t> bytes);

}  // namespace annals::text
