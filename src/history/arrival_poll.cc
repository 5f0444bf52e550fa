#include "history/arrival_poll.h"

#include <limits>
#include <utility>

#include "io/settled.h"

namespace annals::history {

boost::asio::awaitable<void> ArrivalPoll::run(std::stop_token stop) {
  const auto before = std::exchange(last_, {});
  const auto tables = changes_.waited_for();
  for (const events::EventsTable& table : tables) {
    if (stop.stop_requested()) co_return;
    const ClientId owner = table.owner;
    const std::uint64_t arrival = co_await last_arrival(table);
    const auto known = before.find(owner);
    if (known == before.end() || known->second != arrival) changes_.note(owner);
    last_.emplace(owner, arrival);
  }
}

/// Returns the highest number in the table, or one that none has if the table cannot be asked: those who wait
/// then ask themselves, and find out why.
boost::asio::awaitable<std::uint64_t> ArrivalPoll::last_arrival(events::EventsTable table) {
  const auto position = co_await io::settled(history_.last_position(std::move(table)));
  co_return position ? position->arrival : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace annals::history
