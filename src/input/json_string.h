#pragma once

#include <string>
#include <string_view>

namespace annals::input {

/// Returns the content of a JSON string, quotes included, with its escapes resolved. The string was checked.
/// A surrogate without its other half, which RFC 8259 (section 8.2) permits, is kept as text::append_utf8()
/// writes it: strings that differ have contents that differ, and text::is_utf8() tells such a content.
std::string unescaped(std::string_view string);

/// Returns a JSON text of the same size in which an escaped surrogate without its other half is `\ufffd` and
/// the digits of every exponent are zeros. It is valid if and only if `text` is, and can be read by parsers
/// that keep neither. Any text may be given.
std::string without_extremes(std::string_view text);

}  // namespace annals::input
