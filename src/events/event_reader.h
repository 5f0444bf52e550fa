#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string_view>

#include "error.h"
#include "events/event.h"
#include "events/field_reader.h"
#include "json/value.h"

namespace annals::events {

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
Event read_event(const json::Value& value, const Place& place, const Fallbacks& fallbacks,
                 Problems& problems);

/// The document; or, for a text that is not JSON, empty or `null`, its one problem.
std::expected<json::Value, FieldProblem> parse_document(std::string_view text, const Place& place);

}  // namespace annals::events
