#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

/// A moment to the millisecond, in UTC.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

}  // namespace annals

namespace annals::text {

/// RFC 3339 with or without fraction and offset (`T` or a space, `Z` in either case) → UTC, cut to the
/// millisecond. Without an offset it is UTC. Nothing when it is not one (a leap second is not), or out of the
/// range of Event::event_time.
std::optional<Timestamp> parse_time(std::string_view text);

/// The system's clock, cut to the millisecond.
Timestamp now();

/// "2022-11-10T10:26:12.111Z"
std::string format_time(Timestamp time);

}  // namespace annals::text
