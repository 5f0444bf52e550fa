#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envelopes/event_decoder.h"
#include "events/event.h"
#include "input/object_fields.h"

// Decodes CloudEvents 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md and its JSON
// format and HTTP binding): envelopes whose `data` has an event's keys.
// - An `event_id` or `event_time` that `data` leaves out is taken from the envelope. The event_id is a UUID
// v5
//   of `source` and `id`, which identify a CloudEvent together, so that it stays the same however often the
//   event is delivered, and differs from that of any other source, also if `id` is a UUID. The event_time is
//   `time`, or else `now`.
// - An attribute that is read here may occur only once.
// - The attributes, extensions included, are stored in Event::other_fields as one object under the key
//   `cloudevent`, with the values as they were sent (in binary mode as strings), unless `data` has it too.
namespace annals::envelopes {

/// Decodes a body of `application/cloudevents+json`. `data_base64` may replace `data` if its bytes are JSON.
/// Never throws for bad input.
Decoded decode_cloud_event(std::string_view json, const input::Place& place, Timestamp now);

/// Decodes a body of `application/cloudevents-batch+json`. Throws InvalidInput if it is not a JSON
/// array, or holds more than kMaxItems.
void decode_cloud_events_batch(std::string_view json, Timestamp now, const TakeItem& take);

/// Returns whether the headers (names in lower case) hold attributes of a CloudEvent in binary mode.
bool is_binary_cloud_event(const std::vector<std::pair<std::string, std::string>>& headers);

/// Decodes a CloudEvent in binary mode: the attributes are the headers `ce-…` (names in lower case; no other
/// headers are read) and Content-Type, which is `datacontenttype`; the body is `data`. Problems of an
/// attribute name its header, `["header","ce-id"]`. Never throws for bad input.
Decoded decode_binary_cloud_event(const std::vector<std::pair<std::string, std::string>>& headers,
                                  std::string_view data, Timestamp now);

}  // namespace annals::envelopes
