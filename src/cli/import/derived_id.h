#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace annals::cli {

/// Returns the event id of a line that has none. It is always the same for the same line with the same
/// number: a name-based UUID over SHA-256 (RFC 9562, version 8, as in its appendix B.2). Lines are counted
/// from 1.
std::string derived_event_id(std::int64_t line, std::string_view text);

/// Returns the JSON object with `event_id` as its first member and every other byte unchanged. `object` must
/// begin with `{`, white space aside, and have other members.
std::string with_event_id(std::string_view object, std::string_view event_id);

}  // namespace annals::cli
