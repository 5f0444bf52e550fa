#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "envelopes/decoded_items.h"
#include "io/budget.h"
#include "lanes/bulk_write.h"
#include "lanes/lanes.h"

namespace annals::lanes {

/// What became of the events of one request.
struct IntakeResult {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  envelopes::BadItems bad = {};
};

/// The next part of a body, or nothing at its end; `before_wait`, unless it is null, is called each time that
/// this has to wait for the sender. Throws what is wrong with the body.
using NextPart =
    std::function<boost::asio::awaitable<std::optional<std::string>>(std::function<void()> before_wait)>;

/// Brings the events of one request into their tenant's lane. Safe for concurrent use.
class Intake {
 public:
  struct Settings {
    bool skip_bad = false;  // keep the good events and list the bad ones, instead of refusing the request
  };

  /// `lanes` must outlive this. `max_held_bytes`: of bodies and events that are still being received, of all
  /// requests together.
  Intake(Lanes& lanes, std::size_t max_held_bytes) : lanes_(lanes), budget_(max_held_bytes) {}

  /// A whole body. Throws Error: body_too_large, overloaded when too much is being received, and what
  /// `next_part` throws.
  boost::asio::awaitable<std::string> receive(NextPart next_part, std::size_t max_bytes);

  /// Events of a request that was read as a whole. Unless bad ones are skipped it is all or nothing: throws
  /// InvalidInput with the problems of the bad events, and keeps none.
  boost::asio::awaitable<IntakeResult> take_all(events::EventsTable table, envelopes::DecodedItems items);

  /// Events as lines of JSON, of any number. Unless bad ones are skipped it ends at the first bad line:
  /// throws InvalidInput; the lines before it are kept, and sending them again does no harm when they have
  /// ids.
  boost::asio::awaitable<IntakeResult> take_lines(events::EventsTable table, NextPart next_part,
                                                  Settings settings);

 private:
  boost::asio::awaitable<void> read_lines(BulkWrite& write, NextPart next_part, Settings settings,
                                          envelopes::BadItems& bad);

  Lanes& lanes_;
  io::Budget budget_;
};

}  // namespace annals::lanes
