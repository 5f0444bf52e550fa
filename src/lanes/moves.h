#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/events_table.h"
#include "ids/id.h"
#include "io/wake.h"
#include "journal/journal.h"
#include "ops/latencies.h"

namespace annals::lanes {

/// Moves events from the journal into their tenants' tables: in the background when an insert is worth its
/// cost, and at once when somebody reads that tenant. A tenant's events are moved in the order of their
/// numbers, so its table always holds what arrived before some moment, and a reader misses nothing.
///
/// A move may be done twice over a crash, or its outcome not be known. Then the table is asked which records
/// it has; no deduplication token is relied on. Thread-safe.
class Moves {
 public:
  /// Where the events of a tenant belong.
  struct Whereabouts {
    std::optional<events::EventsTable> table = {};  // of an active tenant
    bool is_gone = false;                           // the tenant was deleted, and its database with it
  };
  using FindTable = std::function<boost::asio::awaitable<Whereabouts>(ClientId owner)>;

  /// All must outlive this object. give_up() waits for the journal for as long as `longest_wait`.
  Moves(journal::Journal& journal, engine::Engine& engine, FindTable find_table,
        std::chrono::steady_clock::duration longest_wait = std::chrono::minutes(1))
      : journal_(journal), engine_(engine), find_table_(std::move(find_table)), longest_wait_(longest_wait) {}

  /// Returns once the table holds all events that were acknowledged before the call. Throws
  /// engine::EngineError.
  boost::asio::awaitable<void> settle(events::EventsTable table);

  /// Returns once the journal holds none of the tenant's events up to that number, nor does its disk: they
  /// are in the table, and on the disk there. So no restart can move them once more, after they were deleted
  /// there. At most one call per tenant may be in flight. Throws engine::EngineError, Error(overloaded) if it
  /// takes too long, and journal::JournalError if the disk refuses or has no room.
  boost::asio::awaitable<void> give_up(events::EventsTable table, std::uint64_t last);

  /// Moves what is due and gives up what the journal need not keep any more. Logs what fails. A long run ends
  /// early once `stop` is requested.
  boost::asio::awaitable<void> run(std::stop_token stop);

  /// A Status says what was moved so far. A move that failed may have been done.
  struct Status {
    std::uint64_t events = 0;
    ops::Outcomes::Snapshot moves = {};
  };
  [[nodiscard]] Status status() const { return {.events = events_, .moves = moves_.snapshot()}; }

  /// Moves everything, until `deadline` at the latest. Returns whether the journal is empty.
  boost::asio::awaitable<bool> move_all(std::chrono::steady_clock::time_point deadline);

 private:
  using Clock = std::chrono::steady_clock;
  using Records = std::vector<journal::PendingRecord>;
  /// A State is what is known of a tenant of whose records some are being moved, or could not be.
  struct State {
    bool is_moving = false;
    std::vector<io::Wake> waiting;  // for the end of the move
    int failures = 0;               // one after the other
  };

  class Turn;

  bool begin_turn(const ClientId& owner);
  boost::asio::awaitable<void> wait_for_end(ClientId owner);
  void end_turn(const ClientId& owner, bool succeeded);
  int failures_of(const ClientId& owner);
  boost::asio::awaitable<void> move_once(events::EventsTable table);
  boost::asio::awaitable<void> move_alone(events::EventsTable table);
  boost::asio::awaitable<Records> missing_of(events::EventsTable table, Records records);
  boost::asio::awaitable<void> move_due(ClientId owner);
  boost::asio::awaitable<void> find_and_move(ClientId owner);
  boost::asio::awaitable<void> release();

  journal::Journal& journal_;
  engine::Engine& engine_;
  const FindTable find_table_;
  const Clock::duration longest_wait_;
  ops::Outcomes moves_;
  std::atomic<std::uint64_t> events_ = 0;
  Clock::time_point released_ = {};  // used by run()
  std::mutex mutex_;                 // guards what follows
  std::map<ClientId, State> states_;
};

}  // namespace annals::lanes
