#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string_view>

#include "events/event.h"
#include "input/json_value.h"
#include "input/object_fields.h"
#include "input/problems.h"

namespace annals::envelopes {

/// The maximum depth of a document with events, the document itself counted.
inline constexpr std::size_t kMaxDepth = 512;

/// The values that take the place of absent keys. A key without a fallback is required.
struct Fallbacks {
  std::function<Uuid()> event_id = {};
  std::optional<Timestamp> event_time = {};
  bool time_is_arrival = false;  // see Event
};

/// Returns the fallbacks of an event that need not be complete: a random UUID v4 and `now`.
Fallbacks fallbacks_at(Timestamp now);

/// Reads one event out of a document. The event is valid only if no problem was added.
events::Event read_event(const input::JsonValue& value, const input::Place& place, const Fallbacks& fallbacks,
                         input::Problems& problems);

/// Calls `take` for each element of an array, with its index. Throws InvalidInput once there are more than
/// kMaxItems.
void for_each_item(const input::JsonValue& array,
                   const std::function<void(const input::JsonValue& item, std::int64_t index)>& take);

/// Returns the document, or the one problem of a text that is empty, `null` or not JSON.
std::expected<input::JsonValue, input::FieldProblem> parse_document(std::string_view text,
                                                                    const input::Place& place);

}  // namespace annals::envelopes
