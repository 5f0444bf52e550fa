#include "ids/uuid.h"

#include <array>
#include <cstdint>

#include <boost/uuid/random_generator.hpp>

namespace annals {
namespace {

constexpr std::size_t kSize = 36;
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) digits.at('0' + i) = i;
  for (std::uint8_t i = 0; i < 6; ++i)
    digits.at('a' + i) = digits.at('A' + i) = static_cast<std::uint8_t>(10 + i);
  return digits;
}();

/// Where the two digits of each byte begin.
constexpr std::array<std::uint8_t, 16> kPlaces{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

std::uint8_t digit_of(char c) {
  return kDigits[static_cast<unsigned char>(c)];
}

}  // namespace

Uuid random_uuid() {
  return boost::uuids::random_generator_pure()();
}

// Boost's own reader also takes braces and leaves hyphens out, which the contract does not.
std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != kSize) return std::nullopt;
  if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
  Uuid result{};
  unsigned wrong = 0;
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    const std::uint8_t high = digit_of(text[kPlaces[i]]);
    const std::uint8_t low = digit_of(text[kPlaces[i] + 1U]);
    wrong |= high | low;
    result.data[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  if (wrong > 0xF) return std::nullopt;
  return result;
}

}  // namespace annals
