#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/event.h"
#include "events/events_table.h"
#include "lanes/write_outcome.h"

namespace annals::lanes {

/// Inserts batches of events into tenants' tables, each event once. Thread-safe. At most one commit() per
/// table may be in flight.
class Commits {
 public:
  struct Settings {
    bool other_instances = false;                 // whether others may write to the same tables
    std::chrono::milliseconds retry_for{20'000};  // how long an insert without an answer is retried
    // Memory for the ids that are known to be in the tables. A table that needs more is queried instead.
    std::size_t max_known_bytes = std::size_t{1} << 30U;
  };

  explicit Commits(Settings settings);
  ~Commits();
  Commits(const Commits&) = delete;
  Commits& operator=(const Commits&) = delete;

  /// Commits the events in one insert and returns what became of each, in their order. The events must
  /// outlive the call. Once it returns, all of them are stored, duplicates too, and as durable as the
  /// engine's settings make them. Throws engine::EngineError if the engine refuses or stays away,
  /// Error(unknown_client) if the table is gone.
  boost::asio::awaitable<std::vector<WriteOutcome>> commit(events::EventsTable table,
                                                           std::vector<const events::Event*> events);

 private:
  using Events = std::vector<const events::Event*>;
  struct TableState;

  boost::asio::awaitable<std::vector<WriteOutcome>> commit_to(events::EventsTable table, Events events);
  boost::asio::awaitable<std::shared_ptr<TableState>> state_of(events::EventsTable table);
  boost::asio::awaitable<void> load(events::EventsTable table, TableState& state);
  boost::asio::awaitable<std::vector<EventId>> ids_in_commit(events::EventsTable table,
                                                             std::vector<EventId> ids, std::uint64_t number);
  boost::asio::awaitable<std::set<EventId>> yield_to_others(events::EventsTable table, Events inserted,
                                                            std::uint64_t number);
  boost::asio::awaitable<void> keep_first(events::EventsTable table, std::vector<EventId> ids_stored_twice);
  void limit_memory(TableState& state);
  std::uint64_t next_number();

  const Settings settings_;
  std::atomic<std::uint64_t> last_number_ = 0;
  std::mutex mutex_;  // guards what follows
  std::map<ClientId, std::shared_ptr<TableState>> states_;
};

}  // namespace annals::lanes
