#pragma once

#include <cstdint>
#include <map>
#include <stop_token>

#include <boost/asio/awaitable.hpp>

#include "events/changes.h"
#include "events/events_table.h"
#include "history/history.h"
#include "ids/id.h"

namespace annals::history {

/// Finds out about events that other instances have written, for those who wait for them: one question per
/// tenant, however many wait.
class ArrivalPoll {
 public:
  /// Both must outlive this object.
  ArrivalPoll(History& history, events::Changes& changes) : history_(history), changes_(changes) {}

  /// Asks once for each tenant for whose events somebody waits.
  boost::asio::awaitable<void> run(std::stop_token stop);

 private:
  boost::asio::awaitable<std::uint64_t> last_arrival(events::EventsTable table);

  History& history_;
  events::Changes& changes_;
  std::map<ClientId, std::uint64_t> last_;  // of the tables that were asked last time
};

}  // namespace annals::history
