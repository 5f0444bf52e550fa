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

/// The times that can be stored, which is what the engine's DateTime64(3) holds.
inline constexpr Timestamp kEarliestTime = std::chrono::sys_days(std::chrono::year(1900) / 1 / 1);
inline constexpr Timestamp kLatestTime =
    std::chrono::sys_days(std::chrono::year(2300) / 1 / 1) - std::chrono::milliseconds(1);

/// Returns whether a time can be stored.
constexpr bool is_storable(Timestamp time) {
  return kEarliestTime <= time && time <= kLatestTime;
}

/// Reads an RFC 3339 time of the years 0000 to 9999, with or without fraction and offset (`T` or a blank, `Z`
/// in either case), and cuts it to the millisecond. Without an offset it is UTC. A leap second, with which a
/// month may end in UTC (section 5.7), becomes the last millisecond of the second before it. Returns nullopt
/// for any other text.
std::optional<Timestamp> parse_time(std::string_view text);

/// Returns the time of the system's clock, cut to the millisecond.
Timestamp now();

/// Returns the time as RFC 3339: "2022-11-10T10:26:12.111Z".
std::string format_time(Timestamp time);

}  // namespace annals::text
