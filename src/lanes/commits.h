#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/event.h"
#include "events/events_table.h"
#include "lanes/batch.h"
#include "lanes/engine_clock.h"
#include "lanes/known_tables.h"
#include "lanes/table_end.h"
#include "lanes/write_outcome.h"

namespace annals::lanes {

/// Inserts batches of events into tenants' tables, to which other instances may write too, each event once.
/// Thread-safe. At most one commit() per table may be in flight here.
class Commits {
 public:
  struct Settings {
    std::chrono::milliseconds retry_for{20'000};  // how long an insert without an answer is retried
    std::chrono::milliseconds retry_pause{50};    // before the first repetition; it doubles
  };

  explicit Commits(Settings settings);

  /// Commits the events in one insert and returns what became of each, in their order. The events must
  /// outlive the call. Once it returns, all of them are stored, duplicates too, and as durable as the
  /// engine's settings make them. Throws engine::EngineError if the engine refuses or stays away,
  /// Error(unknown_client) if the table is gone.
  boost::asio::awaitable<std::vector<WriteOutcome>> commit(events::EventsTable table,
                                                           std::vector<const events::Event*> events);

  /// Forgets what is known of a tenant's table: the tenant was deleted, and is being restored.
  void forget(ClientId owner) { tables_.forget(owner); }

 private:
  using Events = std::vector<const events::Event*>;

  boost::asio::awaitable<std::vector<WriteOutcome>> commit_to(events::EventsTable table, Events events);
  boost::asio::awaitable<void> append(events::EventsTable table, KnownTable& known, Batch& batch);
  [[nodiscard]] bool is_old(TableEnd end) const;

  const Settings settings_;
  EngineClock clock_;
  KnownTables tables_;
};

}  // namespace annals::lanes
