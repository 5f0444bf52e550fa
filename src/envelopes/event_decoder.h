#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <variant>

#include "events/event.h"
#include "input/object_fields.h"
#include "input/problems.h"

namespace annals::envelopes {

/// An item of a request: an event, or all of its problems, in field order.
using Decoded = std::variant<events::Event, input::Problems>;

/// Decodes one event, a JSON object with the keys of an Event. `event_id` and `event_time` may be absent if
/// `complete` is false, and are then a random UUID v4 and `now`. Of a repeated key the last value counts.
/// Never throws for bad input: an empty text and `null` count as a missing field at `place`.
Decoded decode_event(std::string_view json, const input::Place& place, bool complete, Timestamp now);

/// The number of items that a body which is read as a whole may hold.
inline constexpr std::int64_t kMaxItems = 500'000;

/// Takes the items of a body, one after the other, so that those of a large body need not all be held.
using TakeItem = std::function<void(Decoded item)>;

/// Decodes a body of `application/json`: one event, or an array of events, in order. `event_id` and
/// `event_time` may be absent. Throws InvalidInput if the body is neither, or holds more than kMaxItems.
void decode_json(std::string_view json, Timestamp now, const TakeItem& take);

}  // namespace annals::envelopes
