#pragma once

#include <cstdint>

#include <boost/asio/awaitable.hpp>

#include "events/events_table.h"
#include "lanes/engine_clock.h"

namespace annals::lanes {

/// The end of a table when it was looked at.
struct TableEnd {
  std::uint64_t arrival = 0;  // no lower or equal number will be given; 0 in an empty table
  std::int64_t seen_at = 0;   // in the engine's time, seconds since 1970
};

/// Asks a table for its end, and sets the clock by the same answer. Throws engine::EngineError. `clock` must
/// outlive the call.
boost::asio::awaitable<TableEnd> find_end(events::EventsTable table, EngineClock& clock);

}  // namespace annals::lanes
