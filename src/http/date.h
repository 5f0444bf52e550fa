#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace annals::http {

/// Returns the date as HTTP writes it, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
std::string http_date(std::chrono::sys_seconds time);

/// Reads a date in any of the three forms of section 5.6.7, two of which are obsolete. `now` tells the
/// century of a year with two digits. Returns nullopt for any other text.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text, std::chrono::sys_seconds now);

}  // namespace annals::http
