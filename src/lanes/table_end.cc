#include "lanes/table_end.h"

#include <string>

#include <fmt/format.h>

namespace annals::lanes {

// NOLINTNEXTLINE(*-reference-coroutine-parameters): the clock outlives the call
boost::asio::awaitable<TableEnd> find_end(events::EventsTable table, EngineClock& clock) {
  const auto text = co_await table.engine.query(
      table.statement(fmt::format("SELECT max(arrival), toUnixTimestamp(now()) FROM {}", table.quoted())));
  std::size_t tab = 0;
  TableEnd end{.arrival = std::stoull(text, &tab)};
  end.seen_at = std::stoll(text.substr(tab));
  clock.set(end.seen_at);
  co_return end;
}

}  // namespace annals::lanes
