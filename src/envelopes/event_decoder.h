#pragma once

#include <functional>
#include <string_view>
#include <variant>

#include "events/event.h"
#include "input/object_fields.h"
#include "input/problems.h"

namespace annals::envelopes {

/// One item of a request: an event, or everything that is wrong with it, in field order.
using Decoded = std::variant<events::Event, input::Problems>;

/// Decodes one event, a JSON object with the keys of an Event. `event_id` and `event_time` may be absent
/// where `complete` is false: they are made then (a random UUID v4, `now`). Of a repeated key the last value
/// counts. Never throws for bad input: an empty text and `null` are a missing field at `place`.
Decoded decode_event(std::string_view json, const input::Place& place, bool complete, Timestamp now);

/// Takes the items of a body, one after the other, so that a body of very many bad ones need not be held.
using TakeItem = std::function<void(Decoded item)>;

/// Decodes a body of `application/json`: one event, or an array of them, in order. `event_id` and
/// `event_time` may be absent. Throws InvalidInput when it is neither.
void decode_json(std::string_view json, Timestamp now, const TakeItem& take);

}  // namespace annals::envelopes
