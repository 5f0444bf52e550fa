#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/changes.h"
#include "events/event.h"
#include "events/events_table.h"
#include "journal/journal.h"
#include "lanes/batch.h"
#include "lanes/engine_clock.h"
#include "lanes/known_tables.h"
#include "lanes/moves.h"
#include "lanes/write_outcome.h"

namespace annals::lanes {

/// Commits batches of events to the journal, each event once. Whether an id is new is decided here, against
/// the table and what waits in the journal. Thread-safe. At most one commit() per table may be in flight.
class JournaledCommits {
 public:
  struct Settings {
    std::size_t max_known_bytes = std::size_t{1} << 30U;  // see KnownTables
    // A batch of so many bytes fills an insert by itself, so it goes straight to the table.
    std::size_t direct_bytes = std::size_t{2} << 20U;
    std::chrono::milliseconds wait_for_room{20'000};  // while the journal is full
  };

  struct Parts {
    journal::Journal& journal;  // all of them must outlive this object
    Moves& moves;
    events::Changes& changes;
    // Returns whether the disk has room for the tables, into which the journal is emptied.
    std::function<bool()> has_room = [] { return true; };
  };

  JournaledCommits(Settings settings, Parts parts);

  /// Commits the events and returns what became of each, in their order. The events must outlive the call.
  /// Once it returns, all of them are durable, duplicates too. Throws engine::EngineError,
  /// journal::JournalError, Error(overloaded) if the journal stays full, and Error(unknown_client) if the
  /// tenant is gone.
  boost::asio::awaitable<std::vector<WriteOutcome>> commit(events::EventsTable table,
                                                           std::vector<const events::Event*> events);

  /// Forgets what is known of a tenant's table: the tenant was deleted, and is being restored.
  void forget(ClientId owner) { tables_.forget(owner); }

 private:
  boost::asio::awaitable<std::vector<WriteOutcome>> commit_to(events::EventsTable table,
                                                              Batch::Events events);
  boost::asio::awaitable<void> write(events::EventsTable table, journal::NumberedRows rows);
  boost::asio::awaitable<void> insert(events::EventsTable table, journal::NumberedRows rows);
  boost::asio::awaitable<void> append(ClientId owner, journal::NumberedRows rows);

  const Settings settings_;
  journal::Journal& journal_;
  Moves& moves_;
  events::Changes& changes_;
  const std::function<bool()> has_room_;
  EngineClock clock_;
  KnownTables tables_;
};

}  // namespace annals::lanes
