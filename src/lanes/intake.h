#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "envelopes/decoded_items.h"
#include "events/events_table.h"
#include "io/budget.h"
#include "lanes/bulk_write.h"
#include "lanes/lanes.h"

namespace annals::lanes {

/// The outcome of a request with events.
struct IntakeResult {
  WriteCounts counts = {};
  envelopes::BadItems bad = {};
};

/// Returns the next part of a body, or nullopt at its end. Calls `before_wait`, unless it is null, each time
/// that it has to wait for the sender. Throws what is wrong with the body.
using NextPart =
    std::function<boost::asio::awaitable<std::optional<std::string>>(std::function<void()> before_wait)>;

/// Takes in the events of requests and writes them to their tenants' lanes. Thread-safe.
class Intake {
 public:
  struct Settings {
    bool skip_bad = false;  // keep the good events and list the bad ones, instead of refusing the request
  };

  /// Both must outlive this object. `budget` limits the bodies and events that are being received, over all
  /// requests.
  Intake(Lanes& lanes, io::Budget& budget) : lanes_(lanes), budget_(budget) {}

  /// Returns a whole body. Throws Error(body_too_large), Error(overloaded) if too much is being received, and
  /// what `next_part` throws.
  boost::asio::awaitable<std::string> receive(NextPart next_part, std::size_t max_bytes);

  /// Writes the events of a request that was read as a whole. Unless bad ones are skipped it is all or
  /// nothing: it throws InvalidInput with the problems of the bad events, and stores none.
  boost::asio::awaitable<IntakeResult> take_all(events::EventsTable table, envelopes::DecodedItems items);

  /// Writes events that arrive as lines of JSON, of any number. Unless bad ones are skipped it stops at the
  /// first bad line and throws InvalidInput; the lines before it are stored, and sending them again is
  /// idempotent if they have ids.
  boost::asio::awaitable<IntakeResult> take_lines(events::EventsTable table, NextPart next_part,
                                                  Settings settings);

 private:
  boost::asio::awaitable<void> read_lines(BulkWrite& write, NextPart next_part, Settings settings,
                                          envelopes::BadItems& bad);

  Lanes& lanes_;
  io::Budget& budget_;
};

}  // namespace annals::lanes
