#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "envelopes/decoded_items.h"
#include "envelopes/event_decoder.h"
#include "events/events_table.h"
#include "io/blocking_pool.h"
#include "io/budget.h"
#include "lanes/bulk_write.h"
#include "lanes/lanes.h"
#include "quotas/allowance.h"

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

/// A body that was received as a whole. As long as it lives it counts against the budget of what is being
/// received.
struct ReceivedBody {
  std::string holder;
  std::string text = {};
  io::Budget::Share share;

  /// Frees the text, which counts no longer.
  void release();
};

/// Takes in the events of requests and writes them to their tenants' lanes. Thread-safe.
class Intake {
 public:
  struct Settings {
    bool skip_bad = false;  // keep the good events and list the bad ones, instead of refusing the request
    std::shared_ptr<quotas::Allowance> allowance = {};  // of the tenant; null: unlimited
  };

  struct Limits {
    // A body that is read as a whole, and a line, must arrive within this time and a second for each 64 KiB.
    std::chrono::milliseconds time{30'000};
  };

  /// Decodes a body and passes its items to `take`, in order. It may run on another thread.
  using Decode = std::function<void(std::string_view text, const envelopes::TakeItem& take)>;

  /// All of them must outlive this object. `budget` limits the bodies and events that are being received,
  /// over all requests and for each holder. Bodies that take long to decode are decoded by `threads`.
  Intake(Lanes& lanes, io::Budget& budget, io::SideThreads& threads, Limits limits)
      : lanes_(lanes), budget_(budget), threads_(threads), limits_(limits) {}

  /// Returns a whole body, which counts as held by `holder`: a tenant's id, or whoever sends for several.
  /// Throws Error(body_too_large), Error(overloaded) if too much is being received, Error(request_too_slow),
  /// and what `next_part` throws.
  boost::asio::awaitable<ReceivedBody> receive(std::string holder, NextPart next_part, std::size_t max_bytes);

  /// Returns what `decode(body)` returns. Unless the body is quick to decode, whatever it holds, it is
  /// decoded by another thread, which its holder shares with others in turn.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work&, ReceivedBody&>> decode(
      ReceivedBody& body, Work work) {  // NOLINT(*-reference-coroutine-parameters): awaited at once
    if (is_quick_to_decode(body.text)) co_return work(body);
    auto result =
        co_await threads_.run(body.holder, [&body, work = std::move(work)]() mutable { return work(body); });
    co_return result;
  }

  /// Decodes and writes a request that was read as a whole. Unless bad events are skipped it is all or
  /// nothing: it throws InvalidInput with the problems of the bad events, and stores none. Throws
  /// Error(over_quota) if the tenant's allowance is used up.
  boost::asio::awaitable<IntakeResult> take_whole(events::EventsTable table, ReceivedBody body,
                                                  Settings settings, Decode decode);

  /// Writes events that were decoded, as take_whole() does.
  boost::asio::awaitable<IntakeResult> take_all(events::EventsTable table, envelopes::DecodedItems items,
                                                std::shared_ptr<quotas::Allowance> allowance = {});

  /// Writes events that arrive as lines of JSON, of any number. Unless bad ones are skipped it stops at the
  /// first bad line and throws InvalidInput; the lines before it are stored, and sending them again is
  /// idempotent if they have ids. Throws InvalidInput too if far more lines than not hold no event. Reads no
  /// faster than the tenant's allowance of events permits, and throws Error(over_quota) where that would take
  /// too long, or bytes are used up; the lines before it are stored.
  boost::asio::awaitable<IntakeResult> take_lines(events::EventsTable table, NextPart next_part,
                                                  Settings settings);

  /// Returns whether decoding a JSON text takes no longer than short work may on an I/O thread.
  [[nodiscard]] static bool is_quick_to_decode(std::string_view text);

 private:
  boost::asio::awaitable<void> read_lines(BulkWrite& write, NextPart next_part, Settings settings,
                                          std::string holder, envelopes::BadItems& bad);

  Lanes& lanes_;
  io::Budget& budget_;
  io::SideThreads& threads_;
  const Limits limits_;
};

}  // namespace annals::lanes
