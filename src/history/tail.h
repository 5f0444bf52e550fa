#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "history/history.h"

namespace annals::history {

/// New events as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), in the
/// order of their commits; the id of each is the cursor to go on from.
class EventStream {
 public:
  /// Gives the table, or throws when the reader may no longer read it. It is asked before each look.
  using TableSource = std::function<boost::asio::awaitable<events::EventsTable>()>;

  /// `history` must outlive this. Without `after`, start_at_the_end() comes first.
  EventStream(History& history, TableSource table, HistoryFilter filter,
              std::optional<events::Position> after)
      : history_(history), table_(std::move(table)), filter_(std::move(filter)), after_(after) {}

  /// Leaves out what is there already.
  boost::asio::awaitable<void> start_at_the_end();

  /// Waits for events; after some seconds without any it is a comment, which shows both sides that the other
  /// is still there.
  boost::asio::awaitable<std::optional<std::string>> next();

 private:
  boost::asio::awaitable<std::string> wait_for_events();

  History& history_;
  TableSource table_;
  HistoryFilter filter_;
  std::optional<events::Position> after_;
  bool started_ = false;
};

}  // namespace annals::history
