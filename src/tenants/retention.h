#pragma once

#include <cstdint>
#include <optional>

#include "text/time.h"

namespace annals::tenants {

/// Says what the last run of a tenant's retention has found and done.
struct RetentionRun {
  Timestamp at = {};       // when it ended
  std::uint32_t days = 0;  // the policy that it enforced
  std::uint64_t rows_removed = 0;
  std::uint64_t files_removed = 0;
  std::optional<Timestamp> oldest_event = {};  // of those that are kept; nullopt: there is none
};

/// Says what is known of the enforcement of a tenant's retention: its last run, and the sums of all.
struct RetentionStatus {
  std::optional<RetentionRun> last_run = {};  // nullopt: none has ended
  std::uint64_t rows_removed = 0;
  std::uint64_t files_removed = 0;
};

}  // namespace annals::tenants
