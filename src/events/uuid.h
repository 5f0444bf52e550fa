#pragma once

#include <optional>
#include <string_view>

#include "events/event.h"

namespace annals::events {

/// A UUID in its usual form of 36 characters, in either case.
std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace annals::events
