#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "http/message.h"

namespace annals::http {

/// Tells one version of a resource from another.
struct Validators {
  std::string entity_tag;  // strong, with its quotes
  std::chrono::sys_seconds modified;
  bool date_is_strong = true;  // no two versions have the same `modified`
};

/// The outcome of a request's preconditions.
enum class Verdict : std::uint8_t {
  proceed,
  not_modified,  // 304
  failed,        // 412
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110,
/// section 13.2.2. `current` is nullopt if the resource does not exist. Call it only for a request that would
/// succeed without them (section 13.2.1).
Verdict check_preconditions(const Request& request, const std::optional<Validators>& current,
                            std::chrono::sys_seconds now);

/// Returns whether a Range header applies: its If-Range, if there is one, names this very version
/// (section 13.1.5).
bool range_applies(const Request& request, const Validators& current, std::chrono::sys_seconds now);

}  // namespace annals::http
