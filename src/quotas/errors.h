#pragma once

#include <chrono>
#include <string>

#include "error.h"

namespace annals::quotas {

/// Returns the error for what a quota does not permit now. `detail` says which quota, and its value.
inline Error over_quota(const std::string& detail, std::chrono::seconds retry_after) {
  return {ErrorCode::over_quota, detail, retry_after};
}

}  // namespace annals::quotas
