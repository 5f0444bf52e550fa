#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envelopes/event_decoder.h"
#include "events/event.h"
#include "input/object_fields.h"

// CloudEvents 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md and its JSON format
// and HTTP binding): an envelope whose `data` has an event's keys.
// - An `event_id` or `event_time` that `data` leaves out comes from the envelope. `id` is the event_id when
// it is a
//   UUID; otherwise the event_id is a UUID v5 of `source` and `id`, which name a CloudEvent, so that it stays
//   the same however often the event is delivered. `time` is the event_time, `now` when there is none.
// - The attributes, extensions too, are kept in Event::other_fields as one object under the key `cloudevent`,
// values
//   as they came (in binary mode as strings), unless `data` has such a key itself.
namespace annals::envelopes {

/// A body of `application/cloudevents+json`. `data_base64` may stand for `data` when its bytes are JSON.
/// Never throws for bad input.
Decoded decode_cloud_event(std::string_view json, const input::Place& place, Timestamp now);

/// A body of `application/cloudevents-batch+json`. Throws InvalidInput when it is no array.
void decode_cloud_events_batch(std::string_view json, Timestamp now, const TakeItem& take);

/// Binary mode: the attributes are the headers `ce-…` (names in lower case; other headers are ignored), the
/// body is `data`. Problems of an attribute are told of its header, `["header","ce-id"]`. Never throws for
/// bad input.
Decoded decode_binary_cloud_event(const std::vector<std::pair<std::string, std::string>>& headers,
                                  std::string_view data, Timestamp now);

}  // namespace annals::envelopes
