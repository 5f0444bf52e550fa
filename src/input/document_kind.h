#pragma once

#include <string_view>

namespace annals::input {

/// Returns what a text is that begins as no JSON text does, in words for a message: "This is UTF-16, not
/// UTF-8". Returns "" if the beginning tells nothing.
std::string_view other_kind(std::string_view text);

}  // namespace annals::input
