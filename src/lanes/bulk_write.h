#pragma once

#include <exception>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "io/budget.h"
#include "io/wake.h"
#include "lanes/commits.h"
#include "lanes/lanes.h"

namespace annals::lanes {

/// Brings the events of one long request into their tenant's lane while further ones arrive: one write runs,
/// and what comes meanwhile is the next. Everything is called on one strand.
class BulkWrite {
 public:
  struct Counts {
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
  };

  /// `strand` is that of all calls; `lanes` and `budget` must outlive this. Events that no write has taken
  /// yet count against the budget.
  BulkWrite(boost::asio::any_io_executor strand, Lanes& lanes, io::Budget& budget, events::EventsTable table);

  /// Takes the event; or leaves it and gives false, when the budget is used up.
  [[nodiscard]] bool add(events::Event& event);
  /// As many wait as one write should have: then make_room() is due.
  [[nodiscard]] bool is_full() const;
  /// Returns when fewer wait. Throws what a write failed with.
  boost::asio::awaitable<void> make_room();

  /// Nothing more is expected for a while: what waits is written as soon as no other write runs.
  void pause();

  /// Writes the rest and returns when no write runs any more, well or not. This must not be destroyed before.
  boost::asio::awaitable<void> finish();
  /// Throws what a write failed with.
  void check() const;
  /// What became of the events that were written.
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  void start();
  void ended(std::exception_ptr error, const std::vector<Fate>& fates);
  boost::asio::awaitable<void> until_ended();

  boost::asio::any_io_executor strand_;
  Lanes& lanes_;
  io::Budget::Share share_;
  const events::EventsTable table_;
  std::vector<events::Event> waiting_;
  std::size_t bytes_waiting_ = 0;
  bool writing_ = false;
  io::Wake on_end_;  // of the write that runs; may be null
  std::exception_ptr error_;
  Counts counts_;
};

}  // namespace annals::lanes
