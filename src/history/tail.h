#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "events/changes.h"
#include "events/events_table.h"
#include "events/position.h"
#include "history/history.h"

namespace annals::history {

/// Follows a tenant's new events and gives them as server-sent events
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html), in the order of their commits. The id of
/// each is the cursor from which a reader resumes. Not safe for concurrent use.
class Tail {
 public:
  /// Returns the table, or throws if the reader may no longer read it. It is called before each query.
  using TableSource = std::function<boost::asio::awaitable<events::EventsTable>()>;

  struct Parts {
    History& history;  // both must outlive the tail
    events::Changes& changes;
  };

  /// Call start_at_the_end() first if there is no `after`.
  Tail(Parts parts, TableSource table, Filter filter, events::NumberStyle numbers,
       std::optional<events::Position> after)
      : history_(parts.history),
        changes_(parts.changes),
        table_(std::move(table)),
        filter_(std::move(filter)),
        numbers_(numbers),
        after_(after) {}

  /// Skips the events that are stored already.
  boost::asio::awaitable<void> start_at_the_end();

  /// Returns the next events; a comment if none came for some seconds, which shows either side that the other
  /// is still there; a farewell once the reader may no longer read or end() was called, and nullopt after it.
  /// Throws as History does.
  boost::asio::awaitable<std::optional<std::string>> next();

  /// Ends the tail because the service stops. A next() that waits returns once the tenant's changes are
  /// noted. Thread-safe.
  void end() { is_ended_ = true; }

  /// Returns the comment at the end of a stream, which says whether the reader may come back.
  [[nodiscard]] static std::string farewell(bool may_return);

 private:
  boost::asio::awaitable<std::string> wait_for_events();
  boost::asio::awaitable<std::string> new_events(events::EventsTable table);

  History& history_;
  events::Changes& changes_;
  TableSource table_;
  Filter filter_;
  events::NumberStyle numbers_;
  std::optional<events::Position> after_;
  bool started_ = false;
  bool is_over_ = false;  // the farewell was returned
  std::atomic<bool> is_ended_ = false;
  std::optional<AnswerBudget::Share> sending_ = {};  // of the events that were returned last
  std::optional<std::string> read_until_ = {};       // Changes::tag() before the last events there were read
  std::chrono::steady_clock::time_point asked_at_ = {};
};

}  // namespace annals::history
