#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

/// A point in time to the millisecond, in UTC.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

}  // namespace annals

namespace annals::text {

/// Reads an RFC 3339 time with or without fraction and offset (`T` or a blank, `Z` in either case) and cuts
/// it to the millisecond. Without an offset it is UTC. Returns nullopt for any other text, for a leap second,
/// and for a time outside 1900-01-01 to 2299-12-31, which is what the engine's DateTime64(3) holds.
std::optional<Timestamp> parse_time(std::string_view text);

/// Returns the time of the system's clock, cut to the millisecond.
Timestamp now();

/// Returns the time as RFC 3339: "2022-11-10T10:26:12.111Z".
std::string format_time(Timestamp time);

}  // namespace annals::text
