#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/filter.h"
#include "events/position.h"
#include "events/row.h"
#include "events/string_ids.h"

namespace annals::history {

using events::Filter;

/// Asks for one page of events.
struct PageRequest {
  Filter filter = {};
  events::Ordering ordering = events::Ordering::newest_first;
  std::uint64_t limit = 50;
  std::uint64_t offset = 0;
  std::optional<events::Position> after = {};  // instead of the offset
  std::size_t max_bytes = SIZE_MAX;            // History::Settings::max_page_bytes holds too
  events::NumberStyle numbers = events::NumberStyle::numbers;
};

enum class ExportFormat : std::uint8_t { ndjson, csv, parquet };

/// Asks for all events of a filter, by record, time and id.
struct ExportRequest {
  Filter filter = {};
  ExportFormat format = ExportFormat::ndjson;
  std::optional<events::Position> after = {};                  // in the ordering by_record
  events::NumberStyle numbers = events::NumberStyle::numbers;  // CSV is the same in both
};

/// Asks for numbers of events per group.
struct CountByRequest {
  Filter filter = {};
  std::optional<std::string> bucket = {};  // minute, hour, day, week or month
  std::optional<std::string> time_zone =
      {};  // in which buckets begin, see History::is_time_zone(); nullopt: UTC
  std::vector<events::IdColumn> columns = {};
  bool most_first = false;  // the groups with the most events come first, instead of the order of the groups
  std::uint64_t limit = 1000;
  events::NumberStyle numbers = events::NumberStyle::numbers;
};

}  // namespace annals::history
