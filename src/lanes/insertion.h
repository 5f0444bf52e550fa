#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/event.h"
#include "events/events_table.h"

namespace annals::lanes {

/// Inserts the events as one commit and returns its number; `next_number` gives a number that was never used.
/// Once it returns, every event is stored, and as durable as the engine's settings make it. The events must
/// outlive the call, and none of them may be stored before.
///
/// An insert without an answer is repeated with the same deduplication token, so that the engine ignores one
/// of the two if both arrive. That the engine has seen a token proves nothing, though: ClickHouse writes it
/// down before it makes the rows visible, and may die between the two. So the table is asked for every id
/// after each attempt whose outcome was not seen, and what is missing is inserted under a new token.
///
/// Throws engine::EngineError if the engine refuses, or has not answered for `retry_for`.
boost::asio::awaitable<std::uint64_t> insert_whole(events::EventsTable table,
                                                   std::vector<const events::Event*> events,
                                                   std::function<std::uint64_t()> next_number,
                                                   std::chrono::milliseconds retry_for);

}  // namespace annals::lanes
