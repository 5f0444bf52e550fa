#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/event.h"
#include "events/events_table.h"
#include "lanes/engine_clock.h"
#include "lanes/pauses.h"
#include "lanes/table_end.h"

namespace annals::lanes {

/// Appends the events of one commit to their table. Each attempt asks for the numbers that follow the highest
/// arrival number in the table. Not safe for concurrent use.
///
/// The number is claimed by the insert's deduplication token, which names it: of the
/// inserts that ask for one number the engine takes a single one and ignores the others, however late they
/// come. So an event becomes visible before any with a higher number does, and whoever was first past a
/// number has seen all rows below it. ClickHouse notes a token under the same lock under which it makes the
/// part visible (MergeTreeSink::commitPart), for as many inserts as the table's deduplication window holds;
/// the table refuses what comes so late that the window may have moved on (EventsTable).
///
/// A token that the engine knows proves nothing about our rows: it may be another's, or the server died
/// between the note and the rows. So the table is asked.
class Insertion {
 public:
  struct Settings {
    std::chrono::milliseconds retry_for;  // how long attempts without an answer are repeated
    std::chrono::milliseconds pause;      // before the first repetition; it doubles
  };

  /// `clock` must outlive this object and know the engine's time.
  Insertion(events::EventsTable table, Settings settings, EngineClock& clock);

  using Events = std::vector<const events::Event*>;

  /// The outcome of an attempt.
  struct Attempt {
    Events rest;  // events that it has not stored; somebody else may have
    TableEnd end;
  };

  /// Tries once to store the events at the numbers that follow `end`. The events must outlive the call; none
  /// of them may be stored at or below it. What is not in `rest` is stored, and as durable as the engine's
  /// settings make it. Throws engine::EngineError if the engine refuses, or once `retry_for` is over.
  boost::asio::awaitable<Attempt> attempt(Events events, TableEnd end);

  /// Returns the commit numbers under which the attempts so far may have stored events.
  [[nodiscard]] std::span<const std::uint64_t> numbers() const { return numbers_; }

 private:
  enum class Outcome : std::uint8_t { unknown, answered, too_late };

  void renew_number();
  boost::asio::awaitable<engine::Insert> insert_of(const Events& events, std::uint64_t first) const;
  boost::asio::awaitable<void> insert(const Events& events, std::uint64_t first, Outcome& outcome);
  boost::asio::awaitable<void> look(const Events& events, Attempt& attempt, std::uint64_t first,
                                    Outcome outcome);
  boost::asio::awaitable<Events> missing_of(Events events);
  boost::asio::awaitable<bool> is_done(boost::asio::awaitable<void> work) const;

  events::EventsTable table_;
  EngineClock& clock_;
  Pauses pauses_;
  int refusals_ = 0;                    // for being late, one after the other
  std::vector<std::uint64_t> numbers_;  // of this commit; the last one is in use
};

}  // namespace annals::lanes
