#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/event.h"
#include "events/events_table.h"
#include "events/position.h"

namespace annals::history {

/// Which events are wanted: those that satisfy every part that is set.
struct HistoryFilter {
  std::vector<std::uint64_t> record_ids = {};
  std::vector<std::uint64_t> event_type_ids = {};
  std::vector<std::uint64_t> source_type_ids = {};
  std::vector<std::uint64_t> source_ids = {};
  std::vector<Uuid> event_ids = {};
  std::optional<Timestamp> from = {};   // inclusive
  std::optional<Timestamp> to = {};     // exclusive
  std::vector<std::string> words = {};  // each occurs in event_data, in whatever case
};

struct PageRequest {
  HistoryFilter filter = {};
  events::Ordering ordering = events::Ordering::newest_first;
  std::uint64_t limit = 50;
  std::uint64_t offset = 0;
  std::optional<events::Position> after = {};  // in place of the offset
};

/// A page of events, each as the JSON object that a client reads.
struct Page {
  struct Row {
    std::string json;
    events::Position position;
  };
  std::vector<Row> rows;
  bool more = false;  // events follow
};

struct Counts {
  std::uint64_t total = 0;     // all events of the tenant
  std::uint64_t filtered = 0;  // those that the filter wants
};

enum class ExportFormat : std::uint8_t { ndjson, csv, parquet };

struct ExportRequest {
  HistoryFilter filter = {};
  ExportFormat format = ExportFormat::ndjson;
  std::optional<events::Position> after = {};  // by_record
};

struct CountBy {
  HistoryFilter filter = {};
  std::optional<std::string> bucket = {};  // minute, hour, day, week, month
  std::vector<std::string> columns = {};   // of event_type_id, source_type_id, source_id, record_id
  std::uint64_t limit = 1000;
};

/// Reads a tenant's events. Every query has limits of time and memory and may only read. Safe for concurrent
/// use. Every call throws engine::EngineError, or Error(unknown_client) when the table is gone.
class History {
 public:
  struct Settings {
    bool other_instances = false;  // whether the table may hold rows twice, for FINAL to collapse
    // How much later than another a commit may become visible although its number is lower: numbers are
    // clocks of several instances, and an insert may be repeated for a while.
    std::chrono::microseconds late_commits{0};
    std::chrono::milliseconds time_limit{30'000};
    std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;  // of one query
    // A page of larger events ends early; more than one event can have.
    std::size_t max_page_bytes = std::size_t{36} << 20U;
  };

  /// `engine` must outlive this.
  History(engine::Engine& engine, Settings settings) : engine_(engine), settings_(settings) {}

  boost::asio::awaitable<Page> page(events::EventsTable table, PageRequest request);
  /// The position of the event that was committed last, in the order of arrival.
  boost::asio::awaitable<events::Position> last_position(events::EventsTable table);
  boost::asio::awaitable<Counts> count(events::EventsTable table, HistoryFilter filter);
  /// JSON objects, one per line.
  boost::asio::awaitable<std::string> count_by(events::EventsTable table, CountBy request);
  /// All events that the request wants, by record, time and id.
  boost::asio::awaitable<std::unique_ptr<engine::ResultStream>> export_all(events::EventsTable table,
                                                                           ExportRequest request);

 private:
  [[nodiscard]] std::string source(const events::EventsTable& table) const;
  [[nodiscard]] std::string limits() const;
  boost::asio::awaitable<std::string> ask(engine::Statement statement);

  engine::Engine& engine_;
  Settings settings_;
};

}  // namespace annals::history
