#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "events/events_table.h"
#include "ids/id.h"
#include "lanes/engine_clock.h"
#include "lanes/known_ids.h"
#include "lanes/table_end.h"
#include "lanes/write_outcome.h"

namespace annals::lanes {

/// The knowledge of this process about a table, for the one commit in flight.
struct KnownTable {
  explicit KnownTable(std::size_t max_bytes) : ids(max_bytes) {}

  KnownIds ids;
  std::optional<TableEnd> end;
  std::atomic<std::size_t> bytes = 0;  // of the ids
  std::size_t bytes_counted = 0;       // when the sum over all tables was last compared with the limit
};

/// Remembers of each table which ids it holds and where it ends. Thread-safe.
class KnownTables {
 public:
  /// Brings everything into a table that belongs there, before the table is read.
  using Prepare = std::function<boost::asio::awaitable<void>(events::EventsTable)>;

  static constexpr std::size_t kMaxTables = 100'000;

  /// `max_bytes` limits the ids of all tables together; with 0 none are remembered. `clock` must outlive this
  /// object. `prepare` may be null. Of more than `max_tables`, those that no commit uses are forgotten:
  /// tables of deleted tenants are among them.
  KnownTables(std::size_t max_bytes, EngineClock& clock, Prepare prepare = {},
              std::size_t max_tables = kMaxTables)
      : max_bytes_(max_bytes), max_tables_(max_tables), clock_(clock), prepare_(std::move(prepare)) {}

  /// Returns what is known of the table, and reads it first if nothing is. Throws engine::EngineError.
  boost::asio::awaitable<std::shared_ptr<KnownTable>> find(events::EventsTable table);

  /// Adds ids that are about to be written, and returns those that may be in the table already. If that is
  /// too much for the memory, tables are forgotten that no commit uses now; they can be read again.
  std::vector<EventId> add(KnownTable& known, std::span<const EventId> ids);

  /// Awaits a commit to a tenant's table. If it fails because the table is gone, forgets the table and throws
  /// Error(unknown_client).
  boost::asio::awaitable<std::vector<WriteOutcome>> unless_gone(
      ClientId owner, boost::asio::awaitable<std::vector<WriteOutcome>> commit);

  /// Forgets the table of a tenant: it is not the one that was known any more.
  void forget(ClientId owner);

 private:
  boost::asio::awaitable<void> load(events::EventsTable table, KnownTable& known);
  void forget_unused();

  const std::size_t max_bytes_;
  const std::size_t max_tables_;
  EngineClock& clock_;
  const Prepare prepare_;
  std::mutex mutex_;  // guards what follows
  std::map<ClientId, std::shared_ptr<KnownTable>> tables_;
};

}  // namespace annals::lanes
