#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace annals::cli {

/// The event id of a line that has none, always the same for the same line at the same place: a name-based
/// UUID over SHA-256 (RFC 9562, version 8, as in its appendix B.2). Lines are counted from 1.
std::string derived_event_id(std::int64_t line, std::string_view text);

/// The JSON object with `event_id` as its first member, all else byte for byte. `object` begins with `{`,
/// white space aside, and has other members.
std::string with_event_id(std::string_view object, std::string_view event_id);

}  // namespace annals::cli
