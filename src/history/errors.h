#pragma once

#include <string>

#include "error.h"

namespace annals::history {

// The errors about reading events, with the words of the contract.

/// Returns the error for an id of no event.
inline Error event_not_found() {
  return {ErrorCode::event_not_found, "Event not found."};
}

/// Returns the error for an event to which no file is attached.
inline Error event_without_file() {
  return {ErrorCode::event_not_found, "Event has no file."};
}

/// Returns the error for a query that takes more than one may. Repeated at once, it would only cost as much
/// again.
inline Error query_too_costly(const std::string& log_text) {
  return {ErrorCode::query_too_costly,
          "This query takes too much time or memory. Narrow it, for example by record_id or event_time_from.",
          log_text};
}

}  // namespace annals::history
