#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "audit/record.h"
#include "audit/refusals.h"
#include "audit/trail_table.h"
#include "error.h"
#include "events/event.h"
#include "events/events_table.h"

namespace annals::audit {

/// The audit trail: who did what to the service, as events in a history of its own. What changes something
/// waits until it is on record; what only reads does not wait, and its records are written a moment later.
/// Thread-safe.
class Trail {
 public:
  /// Stores events as those of a tenant are stored, and returns once they are acknowledged.
  using Write = std::function<boost::asio::awaitable<void>(events::EventsTable, std::vector<events::Event>)>;

  struct Settings {
    /// Whether nothing is changed that cannot be put on record, except for what takes away.
    bool is_required = true;
    Refusals::Limits refusals = {};
    std::size_t max_waiting = 2'000;                        // records that wait to be written
    std::size_t max_waiting_bytes = std::size_t{4} << 20U;  // of these
  };

  /// `table` must outlive this object.
  Trail(TrailTable& table, Write write, Settings settings)
      : table_(table), write_(std::move(write)), settings_(settings), refusals_(settings.refusals) {}

  /// Puts on record that something is about to be done, or to be given out, and returns once that is kept.
  /// Throws Error(engine_unavailable) or Error(overloaded) if it cannot be, and it must not be done then. If
  /// it may be done all the same, it is logged, and recorded later.
  boost::asio::awaitable<void> record_before(Record record);

  /// Puts on record how it ended, and returns once that is kept. Never throws: if it cannot be kept now, it
  /// is logged, and recorded later.
  boost::asio::awaitable<void> record_after(Record record);

  /// Puts something on record soon. Never waits; a record that finds the queue full is lost and counted.
  void note(const Record& record) noexcept;

  /// Counts a request that was refused for its credentials.
  void note(const Refusal& refusal) noexcept;

  /// Writes what waits, once. Creates the table if it is missing. Throws what the engine throws; what could
  /// not be written then waits for the next call.
  boost::asio::awaitable<void> write_waiting();

  /// Writes what waits, and what is counted so far too: for the end of the service.
  boost::asio::awaitable<void> write_all();

  struct Status {
    std::size_t waiting = 0;  // records
    std::uint64_t lost = 0;   // records so far that found the queue full
  };
  [[nodiscard]] Status status() const;

 private:
  using Events = std::vector<events::Event>;

  boost::asio::awaitable<void> store(Events events, std::string request_id);
  void enqueue(events::Event event);
  void enqueue_all(const std::vector<Record>& records);
  Events take_waiting();
  void put_back(Events events);

  TrailTable& table_;
  const Write write_;
  const Settings settings_;
  mutable std::mutex mutex_;  // guards what follows
  Refusals refusals_;
  std::deque<events::Event> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t lost_ = 0;      // records that found the queue full, and are not on record yet as lost
  std::uint64_t all_lost_ = 0;  // of all time
};

}  // namespace annals::audit
