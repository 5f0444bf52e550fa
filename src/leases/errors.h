#pragma once

#include <string>

#include "error.h"

namespace annals::leases {

/// Returns the error for work that another instance has taken over, or may have. `log_text` says what shows
/// it.
inline Error taken_over(const std::string& log_text) {
  return {ErrorCode::overloaded, "Another request is working on this tenant. Try again later.", log_text};
}

}  // namespace annals::leases
