#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/events_table.h"
#include "ids/id.h"

namespace annals::lanes {

/// Asks the table which of the ids it holds, and returns these. Throws engine::EngineError.
boost::asio::awaitable<std::vector<EventId>> find_stored(events::EventsTable table, std::vector<EventId> ids);

}  // namespace annals::lanes
