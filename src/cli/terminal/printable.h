#pragma once

#include <string>
#include <string_view>

namespace annals::cli {

/// Returns a text from outside so that a terminal shows it and does nothing else: controls, marks of
/// direction and characters without a width become `\u001b` and the like, bytes that are not UTF-8 become
/// U+FFFD.
std::string printable(std::string_view text);

/// Returns the beginning of a printable text that has at most `width` characters. If something is left out,
/// the last one is `…`.
std::string shortened(std::string_view text, std::size_t width);

}  // namespace annals::cli
