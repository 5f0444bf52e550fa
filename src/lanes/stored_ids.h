#pragma once

#include <span>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/event.h"
#include "events/events_table.h"

namespace annals::lanes {

/// Which of some ids are in a table.
struct StoredIds {
  std::vector<EventId> ids;
  std::vector<EventId> ids_stored_twice;  // a part of `ids`
};

/// Asks the table which of the ids it holds. Throws engine::EngineError.
boost::asio::awaitable<StoredIds> find_stored(events::EventsTable table, std::vector<EventId> ids);

/// Returns the ids of the events, in their order.
std::vector<EventId> ids_of(const std::vector<const events::Event*>& events);

/// Divides ids into parts that one statement can hold.
std::vector<std::span<const EventId>> parts_of(std::span<const EventId> ids);

/// Returns the ids as the value of a parameter of the type Array(UUID).
std::string array_of(std::span<const EventId> ids);

}  // namespace annals::lanes
