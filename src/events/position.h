#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/event.h"

namespace annals::events {

/// `by_record` is the order in which the table lies on the disk, and that of exports; pages do not have it.
enum class Ordering : std::uint8_t { newest_first, oldest_first, arrival, by_record };

/// The place of an event in an ordering; what a cursor holds. Its text is opaque to clients and safe in a
/// URL.
struct Position {
  std::uint64_t record_id = 0;  // of by_record, before the time
  Timestamp event_time = {};    // of newest_first, oldest_first and by_record, with the id
  Uuid event_id = {};
  std::uint64_t block = 0;  // of arrival, with the place: the engine numbers blocks as they become visible
  std::uint32_t place = 0;
  std::uint64_t commit = 0;  // of arrival: no event after this position has a much lower one

  [[nodiscard]] std::string text(Ordering ordering) const;
  /// Nothing when `text` is no cursor of that ordering.
  static std::optional<Position> parse(std::string_view text, Ordering ordering);
};

}  // namespace annals::events
