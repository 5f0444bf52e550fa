#include "history/arrival_poll.h"

#include <limits>
#include <utility>

namespace annals::history {

boost::asio::awaitable<void> ArrivalPoll::run(std::stop_token stop) {
  const auto before = std::exchange(last_, {});
  const auto tables = changes_.waited_for();
  for (const events::EventsTable& table : tables) {
    if (stop.stop_requested()) co_return;
    const ClientId owner = table.owner;
    const auto arrival = co_await last_arrival(table);
    if (!arrival) co_return;  // the engine is away; those who wait find it out when they ask themselves
    const auto known = before.find(owner);
    if (known == before.end() || known->second != *arrival) changes_.note(owner);
    last_.emplace(owner, *arrival);
  }
}

/// Returns the highest number in the table; one that none has if the table is gone, so that those who wait
/// find it out; nullopt if the engine does not answer.
boost::asio::awaitable<std::optional<std::uint64_t>> ArrivalPoll::last_arrival(events::EventsTable table) {
  try {
    const auto position = co_await history_.last_position(std::move(table));
    co_return position.arrival;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unknown_client) co_return std::nullopt;
  }
  co_return std::numeric_limits<std::uint64_t>::max();
}

}  // namespace annals::history
