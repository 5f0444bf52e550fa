#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace annals::text {

/// Percent-encodes every byte except the unreserved ones of RFC 3986 (`A–Z a–z 0–9 - . _ ~`) and those in
/// `keep`.
std::string percent_encode(std::string_view text, std::string_view keep = {});

/// Tells whether a `+` stands for itself, or for a blank as in HTML forms.
enum class Plus : std::uint8_t { literal, blank };

/// Decodes percent escapes. Returns nullopt if a `%` is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, Plus plus = Plus::literal);

/// Decodes percent escapes and `+`, and leaves a `%` that begins no escape as it is.
std::string percent_decode_leniently(std::string_view text);

}  // namespace annals::text
