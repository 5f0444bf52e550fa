#include "aws/credentials.h"

#include <algorithm>
#include <chrono>

#include "text/time.h"

namespace annals::aws {

std::optional<std::chrono::system_clock::time_point> parse_expiration(std::string_view text) {
  constexpr Timestamp kFirst{};
  constexpr Timestamp kLast = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
  const auto time = text::parse_time(text);
  if (!time) return std::nullopt;
  return std::clamp(*time, kFirst, kLast);
}

}  // namespace annals::aws
