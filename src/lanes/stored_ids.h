#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/event.h"
#include "events/events_table.h"
#include "ids/id.h"

namespace annals::lanes {

/// Holds as much of what a table has under an event's id as it takes to recognise the event.
struct StoredContent {
  Timestamp event_time;
  std::uint64_t commit = 0;  // number of the insert that brought the row
  std::string digest;        // see digest_of()

  /// Returns whether it is the event's content. A time that is that of the event's arrival is none of its.
  [[nodiscard]] bool is_of(const events::Event& event) const;
};

/// Returns the SHA-256, in hexadecimal digits, of everything in an event but its id, its time, and the
/// attributes of a CloudEvent, which differ between the modes in which it may be sent. JSON that differs in
/// line breaks alone, which an NDJSON export changes into blanks, counts as equal.
std::string digest_of(const events::Event& event);

/// Asks the table which of the ids it holds, and returns these once they are durable: seen is not durable,
/// the sync of the original may have failed. Throws engine::EngineError.
boost::asio::awaitable<std::map<EventId, StoredContent>> find_stored(events::EventsTable table,
                                                                     std::vector<EventId> ids);

}  // namespace annals::lanes
