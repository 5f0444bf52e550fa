#include "lanes/table_end.h"

#include <fmt/format.h>

#include "engine/rows.h"

namespace annals::lanes {

// NOLINTNEXTLINE(*-reference-coroutine-parameters): the clock outlives the call
boost::asio::awaitable<TableEnd> find_end(events::EventsTable table, EngineClock& clock) {
  const auto text = co_await table.engine.query(
      table.statement(fmt::format("SELECT max(arrival), toUnixTimestamp(now()) FROM {}", table.quoted())));
  const auto numbers = engine::numbers_in(text, 2);
  const TableEnd end{.arrival = numbers.at(0), .seen_at = static_cast<std::int64_t>(numbers.at(1))};
  clock.set(end.seen_at);
  co_return end;
}

}  // namespace annals::lanes
