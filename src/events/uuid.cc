#include "events/uuid.h"

namespace annals::events {
namespace {

constexpr std::size_t kSize = 36;

bool is_hyphen_at(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

// Boost's own reader also takes braces and leaves hyphens out, which the contract does not.
std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != kSize) return std::nullopt;
  Uuid result{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < kSize; ++i) {
    if (is_hyphen_at(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto digit = hex_digit(text[i]);
    if (!digit) return std::nullopt;
    std::uint8_t& byte = result.data[digits / 2];
    byte = static_cast<std::uint8_t>((unsigned{byte} << 4U) | *digit);
    ++digits;
  }
  return result;
}

}  // namespace annals::events
