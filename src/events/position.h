#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ids/id.h"
#include "text/time.h"

namespace annals::events {

/// The orders in which events are read. `by_record` is that of the table on the disk and of exports; pages do
/// not offer it.
enum class Ordering : std::uint8_t { newest_first, oldest_first, arrival, by_record };

/// The place of an event in an ordering, which a cursor holds.
struct Position {
  std::uint64_t record_id = 0;  // used by by_record, before the time; that of a string is its stored number
  Timestamp event_time = {};    // used by newest_first, oldest_first and by_record, with the id
  EventId event_id{Uuid{}};
  std::uint64_t arrival = 0;  // used by arrival; the first event has 1

  /// Returns the text of a cursor. It is opaque to clients and safe in a URL.
  [[nodiscard]] std::string text(Ordering ordering) const;
  /// Returns whether `text` is a cursor in the order of arrival as Annals 0.1 gave them.
  static bool is_earlier_text(std::string_view text);
  /// Returns nullopt if `text` is not a cursor of that ordering.
  static std::optional<Position> parse(std::string_view text, Ordering ordering);
};

}  // namespace annals::events
