// What holds for every event that was decoded, whatever its envelope.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "envelopes/event_decoder.h"
#include "envelopes/event_reader.h"
#include "events/row.h"
#include "fuzz/fuzzing.h"
#include "input/json_value.h"

namespace annals::fuzzing {

inline constexpr Timestamp kNow{std::chrono::milliseconds(1'795'479'020'345)};

inline void require_same_event(const events::Event& actual, const events::Event& expected) {
  require(actual.event_id == expected.event_id && actual.event_time == expected.event_time,
          "the same id and time");
  require(actual.event_type_id == expected.event_type_id && actual.record_id == expected.record_id &&
              actual.source_type_id == expected.source_type_id && actual.source_id == expected.source_id,
          "the same numbers of ids");
  require_same(actual.string_ids, expected.string_ids, "the ids that are strings");
  require_same(actual.event_data, expected.event_data, "event_data");
  require_same(actual.other_fields, expected.other_fields, "other_fields");
  require(actual.file_id == expected.file_id, "the same file");
}

/// Stores an event as a row, and returns the JSON that a client would read.
inline std::string as_read(const events::Event& event) {
  constexpr std::size_t kCommitColumns =
      2 * sizeof(std::uint64_t);  // which are written before the event's own
  std::string row;
  events::append_row(row, event, 1, 1);
  std::size_t at = kCommitColumns;
  const auto view = events::read_row(row, at, events::RowShape::event);
  require(view.has_value() && at == row.size(), "a row that is read to its end");
  std::string json;
  events::append_json(json, *view);
  return json;
}

/// Requires that an event can be stored, and that what a client reads of it decodes to the same event.
inline void check_event(const events::Event& event) {
  require(text::is_storable(event.event_time), "a time that can be stored");
  require(input::parse_json(event.event_data, envelopes::kMaxDepth).has_value(), "event_data that is JSON");
  if (!event.other_fields.empty()) {
    const auto fields = input::parse_json(event.other_fields, envelopes::kMaxDepth);
    require(fields && fields->kind() == input::JsonValue::Kind::object, "other_fields that are an object");
  }
  const auto again = envelopes::decode_event(as_read(event), {"body"}, true, kNow);
  require(std::holds_alternative<events::Event>(again), "what a client reads to be an event");
  require_same_event(std::get<events::Event>(again), event);
}

/// Checks an item, and requires that one that is no event has at least one problem.
inline void check_item(const envelopes::Decoded& item) {
  if (const auto* problems = std::get_if<input::Problems>(&item)) {
    require(!problems->empty(), "a problem of what is no event");
    (void)input::detail_of(*problems);
  } else {
    check_event(std::get<events::Event>(item));
  }
}

}  // namespace annals::fuzzing
