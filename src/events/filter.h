#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/field_filter.h"
#include "ids/foreign_id.h"
#include "ids/id.h"
#include "text/time.h"

namespace annals::events {

/// Selects the events that satisfy every part that is set.
struct Filter {
  std::vector<ForeignId> record_ids = {};  // of these each integer fits into its column
  std::vector<ForeignId> event_type_ids = {};
  std::vector<ForeignId> source_type_ids = {};
  std::vector<ForeignId> source_ids = {};
  std::vector<EventId> event_ids = {};
  std::optional<Timestamp> from = {};    // inclusive
  std::optional<Timestamp> to = {};      // exclusive
  std::vector<std::string> terms = {};   // of search_terms(); each must occur in event_data
  std::vector<FieldFilter> fields = {};  // of names that parse_field() reads

  bool operator==(const Filter&) const = default;
};

}  // namespace annals::events
