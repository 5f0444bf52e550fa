#pragma once

#include <cstdint>

#include <fmt/format.h>

#include "error.h"

namespace annals::input {

/// Returns the error for a body that exceeds its limit.
inline Error body_too_large(std::uint64_t max_bytes) {
  return {ErrorCode::body_too_large, fmt::format("Request body is larger than {} bytes.", max_bytes)};
}

}  // namespace annals::input
