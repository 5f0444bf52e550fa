#pragma once

#include <exception>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "events/event.h"
#include "io/budget.h"
#include "io/wake.h"
#include "lanes/lanes.h"
#include "quotas/allowance.h"
#include "quotas/charged_events.h"

namespace annals::lanes {

/// Writes the events of one long request to their tenant's lane while further ones arrive: one write is in
/// flight, and the events that arrive meanwhile are the next. All calls are made on one strand.
class BulkWrite {
 public:
  /// `strand` is that of all calls; `lanes` and `budget` must outlive this object. Events that no write has
  /// taken yet count against the budget. `allowance` is the tenant's; null: unlimited.
  BulkWrite(boost::asio::any_io_executor strand, Lanes& lanes, io::Budget& budget, events::EventsTable table,
            std::shared_ptr<quotas::Allowance> allowance = {});

  /// Takes the event, or leaves it and returns false if the tenant may not have that much of the budget.
  /// Throws Error(over_quota).
  [[nodiscard]] bool add(events::Event& event);
  /// Returns whether as many events wait as one write should have; make_room() is due then.
  [[nodiscard]] bool is_full() const;
  /// Returns once fewer events wait. Throws the error of a write that failed.
  boost::asio::awaitable<void> make_room();

  /// Says that no event is expected for a while: what waits is written as soon as no other write is in
  /// flight.
  void pause();

  /// Writes the rest and returns once no write is in flight, whether or not they succeeded. This object must
  /// not be destroyed before.
  boost::asio::awaitable<void> finish();
  /// Throws the error of a write that failed.
  void check() const;
  /// Returns the outcomes of the events that were written.
  [[nodiscard]] const WriteCounts& counts() const { return counts_; }

 private:
  void start();
  void ended(std::exception_ptr error, const std::vector<WriteOutcome>& outcomes, io::Wake on_end);
  boost::asio::awaitable<void> until_ended();

  boost::asio::any_io_executor strand_;
  Lanes& lanes_;
  io::Budget::Share share_;
  const events::EventsTable table_;
  const std::shared_ptr<quotas::Allowance> allowance_;
  std::vector<events::Event> waiting_;
  std::size_t bytes_waiting_ = 0;
  quotas::ChargedEvents charged_waiting_;
  quotas::ChargedEvents charged_writing_;
  bool writing_ = false;
  // Whom the write in flight wakes at its end, if anybody waits. The write owns it: the coroutine that waits
  // owns this object, and goes with a write that never ends.
  std::weak_ptr<io::Wake> on_end_;
  std::exception_ptr error_;
  WriteCounts counts_;
};

}  // namespace annals::lanes
