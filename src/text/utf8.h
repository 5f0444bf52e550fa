#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace annals::text {

/// Returns the length in bytes of the well-formed UTF-8 sequence that `text` begins with, or 0 if it begins
/// with none (The Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] std::size_t utf8_sequence(std::string_view text);

/// Returns the code point of a well-formed sequence.
[[nodiscard]] std::uint32_t code_point(std::string_view sequence);

/// Appends a code point in UTF-8. A surrogate is encoded as if it were a character, which is not well-formed.
void append_utf8(std::string& text, std::uint32_t code_point);

/// Returns the text without the byte order mark that it may begin with.
[[nodiscard]] inline std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

/// Returns whether all of `text` is well-formed.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Returns the number of code points of well-formed text.
[[nodiscard]] std::size_t code_points(std::string_view text);

/// Returns whether well-formed text contains no C0 or C1 control and no DEL: whether it matches
/// kNoControlsPattern.
[[nodiscard]] bool has_no_controls(std::string_view text);
inline constexpr std::string_view kNoControlsPattern = R"(^[^\x00-\x1f\x7f-\x9f]*$)";

/// Returns the text with U+FFFD in place of every byte that belongs to no well-formed sequence.
[[nodiscard]] std::string replace_invalid_utf8(std::string_view text);

}  // namespace annals::text
