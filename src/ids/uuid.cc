#include "ids/uuid.h"

#include <array>
#include <cstdint>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "text/ascii.h"
#include "text/hex.h"

namespace annals {
namespace {

constexpr std::size_t kTextSize = 36;

/// The places in the text where the two digits of each byte begin.
constexpr std::array<std::uint8_t, 16> kPlaces{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

}  // namespace

Uuid random_uuid() {
  return boost::uuids::random_generator_pure()();
}

// Boost's own reader also takes braces and texts without hyphens; parse_any_uuid() is for these.
std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
  Uuid result{};
  unsigned wrong = 0;
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    const std::uint8_t high = text::hex_value(text[kPlaces[i]]);
    const std::uint8_t low = text::hex_value(text[kPlaces[i] + 1U]);
    wrong |= high | low;
    result.data[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  if (wrong > 0xF) return std::nullopt;
  return result;
}

std::optional<Uuid> parse_any_uuid(std::string_view text) {
  constexpr std::string_view kUrn = "urn:uuid:";
  if (text.size() == kTextSize) return parse_uuid(text);
  if (text.size() == kUrn.size() + kTextSize && text::to_lower(text.substr(0, kUrn.size())) == kUrn) {
    return parse_uuid(text.substr(kUrn.size()));
  }
  if (text.starts_with('{') && text.ends_with('}')) {
    text = text.substr(1, text.size() - 2);
    if (text.size() == kTextSize) return parse_uuid(text);
  }
  Uuid result{};
  return text::from_hex(text, result.data) ? std::optional(result) : std::nullopt;
}

std::string uuid_text(const Uuid& uuid) {
  return boost::uuids::to_string(uuid);
}

void append_uuid(std::string& text, const Uuid& uuid) {
  const std::size_t end = text.size();
  text.resize(end + kTextSize);
  boost::uuids::to_chars(uuid, text.data() + end, text.data() + end + kTextSize);
}

}  // namespace annals
