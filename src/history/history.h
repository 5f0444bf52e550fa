#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/changes.h"
#include "events/events_table.h"
#include "events/file_facts.h"
#include "events/row.h"
#include "events/string_ids.h"
#include "history/answer_budget.h"
#include "history/filter_sql.h"
#include "history/groups.h"
#include "history/requests.h"

namespace annals::history {

/// A page of events.
struct Page {
  std::vector<events::StoredEvent> events;
  AnswerBudget::Share share;  // counts twice the bytes of the events
  bool more = false;          // further events follow
};

/// Numbers of events.
struct Counts {
  std::uint64_t total = 0;     // of the tenant, as far as the reader may see them
  std::uint64_t filtered = 0;  // that satisfy the filter

  /// Raises the numbers so that they agree with `seen` events that satisfy the filter. Page and numbers are
  /// read one after the other while events arrive.
  void raise_to(std::uint64_t seen);
};

/// Reads tenants' events: of each table those that are visible to its reader (EventsTable::visible), as if
/// there were no others. Every query has limits of time and memory and read-only rights. Thread-safe. Every
/// call throws engine::EngineError, or Error(unknown_client) if the table is gone.
class History {
 public:
  struct Settings {
    std::chrono::milliseconds time_limit{30'000};
    std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;  // of one query
    // A page of larger events ends early, but not before the first.
    std::size_t max_page_bytes = std::size_t{4} << 20U;
    AnswerBudget::Limits answers = {};
    // Brings what was acknowledged into the table, before it is read. May be null.
    std::function<boost::asio::awaitable<void>(events::EventsTable)> before_reading = {};
  };

  /// `changes` must outlive this object.
  History(Settings settings, events::Changes& changes)
      : settings_(std::move(settings)), changes_(changes), answers_(settings_.answers) {}

  /// Throws what AnswerBudget refuses with, too.
  boost::asio::awaitable<Page> page(events::EventsTable table, PageRequest request);
  /// Returns whether an event names the file. Reads one column of the whole table.
  boost::asio::awaitable<bool> names_file(events::EventsTable table, FileId file);
  /// Returns the position of the event that arrived last, in the ordering `arrival`.
  boost::asio::awaitable<events::Position> last_position(events::EventsTable table);
  /// Returns whether an event of that arrival, or of a later one, is in the table. True of the beginning,
  /// and for readers who may not see everything.
  boost::asio::awaitable<bool> reaches(events::EventsTable table, events::Position position);
  boost::asio::awaitable<Counts> count(events::EventsTable table, Filter filter);
  /// Returns nullopt if there is no such event, and a null id if it has no file.
  boost::asio::awaitable<std::optional<std::optional<FileId>>> find_file(events::EventsTable table,
                                                                         EventId id);
  /// Returns what the event keeps of its file, or nullopt if it keeps nothing.
  boost::asio::awaitable<std::optional<events::FileFacts>> find_file_facts(events::EventsTable table,
                                                                           EventId id);
  boost::asio::awaitable<Groups> count_by(events::EventsTable table, CountByRequest request);
  /// Returns whether the table's engine knows a time zone of that name.
  boost::asio::awaitable<bool> is_time_zone(events::EventsTable table, std::string name);
  /// Returns all events of the request as a stream in its format. The stream must not outlive the engine.
  boost::asio::awaitable<std::unique_ptr<engine::ResultStream>> export_all(events::EventsTable table,
                                                                           ExportRequest request);

 private:
  [[nodiscard]] std::string limits() const;
  boost::asio::awaitable<void> prepare(events::EventsTable table);
  boost::asio::awaitable<std::string> ask(events::EventsTable table, std::string sql,
                                          std::vector<engine::Parameter> parameters,
                                          std::optional<std::chrono::milliseconds> time_limit = std::nullopt);

  boost::asio::awaitable<std::optional<Groups>> groups_of(events::EventsTable table, CountByRequest request,
                                                          GroupedIds ids);
  /// The columns of ids that have strings in events up to an arrival.
  struct StringColumns {
    std::vector<events::IdColumn> columns;
    std::uint64_t last_arrival = 0;
  };
  boost::asio::awaitable<StringColumns> columns_with_strings(events::EventsTable table,
                                                             Conditions conditions);
  boost::asio::awaitable<Counts> count_visible(events::EventsTable table, Filter filter);
  boost::asio::awaitable<Page> read_page(events::EventsTable table, PageRequest request);

  const Settings settings_;
  events::Changes& changes_;
  AnswerBudget answers_;
};

}  // namespace annals::history
