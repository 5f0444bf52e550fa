#pragma once

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

}  // namespace annals::history
