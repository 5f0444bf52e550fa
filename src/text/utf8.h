#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace annals::text {

/// How many bytes the well-formed UTF-8 sequence has that `text` begins with (The Unicode Standard, table
/// 3-7: no overlong forms, no surrogates, nothing above U+10FFFF); 0 when it begins with none.
[[nodiscard]] std::size_t utf8_sequence(std::string_view text);

/// The code point that a well-formed sequence stands for.
[[nodiscard]] std::uint32_t code_point(std::string_view sequence);

/// Whether all of `text` is well-formed.
[[nodiscard]] bool is_utf8(std::string_view text);

/// The number of code points of well-formed text.
[[nodiscard]] std::size_t code_points(std::string_view text);

}  // namespace annals::text
