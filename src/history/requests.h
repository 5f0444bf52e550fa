#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/position.h"
#include "ids/id.h"
#include "text/time.h"

namespace annals::history {

/// Selects the events that satisfy every part that is set.
struct Filter {
  std::vector<std::uint64_t> record_ids = {};
  std::vector<std::uint64_t> event_type_ids = {};
  std::vector<std::uint64_t> source_type_ids = {};
  std::vector<std::uint64_t> source_ids = {};
  std::vector<EventId> event_ids = {};
  std::optional<Timestamp> from = {};   // inclusive
  std::optional<Timestamp> to = {};     // exclusive
  std::vector<std::string> words = {};  // each must occur in event_data; case does not matter
};

/// Asks for one page of events.
struct PageRequest {
  Filter filter = {};
  events::Ordering ordering = events::Ordering::newest_first;
  std::uint64_t limit = 50;
  std::uint64_t offset = 0;
  std::optional<events::Position> after = {};  // instead of the offset
};

enum class ExportFormat : std::uint8_t { ndjson, csv, parquet };

/// Asks for all events of a filter, by record, time and id.
struct ExportRequest {
  Filter filter = {};
  ExportFormat format = ExportFormat::ndjson;
  std::optional<events::Position> after = {};  // in the ordering by_record
};

/// Asks for numbers of events per group.
struct CountByRequest {
  Filter filter = {};
  std::optional<std::string> bucket = {};  // minute, hour, day, week or month
  std::vector<std::string> columns = {};   // of event_type_id, source_type_id, source_id, record_id
  std::uint64_t limit = 1000;
};

}  // namespace annals::history
