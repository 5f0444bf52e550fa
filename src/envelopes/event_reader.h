#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string_view>

#include "events/event.h"
#include "input/json_value.h"
#include "input/object_fields.h"
#include "input/problems.h"

namespace annals::envelopes {

/// How deep a document with events may nest, the document itself counted.
inline constexpr std::size_t kMaxDepth = 512;

/// What takes the place of absent keys. Without one the key is required.
struct Fallbacks {
  std::function<Uuid()> event_id = {};
  std::optional<Timestamp> event_time = {};
};

/// The fallbacks of an event that need not be complete: a random UUID v4 and `now`.
Fallbacks made_at(Timestamp now);

/// Reads one event out of a document. The event means something only when no problem was added.
events::Event read_event(const input::JsonValue& value, const input::Place& place, const Fallbacks& fallbacks,
                         input::Problems& problems);

/// The document; or, for a text that is not JSON, empty or `null`, its one problem.
std::expected<input::JsonValue, input::FieldProblem> parse_document(std::string_view text,
                                                                    const input::Place& place);

}  // namespace annals::envelopes
