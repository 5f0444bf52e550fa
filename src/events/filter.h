#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ids/id.h"
#include "text/time.h"

namespace annals::events {

/// Selects the events that satisfy every part that is set.
struct Filter {
  std::vector<std::uint64_t> record_ids = {};
  std::vector<std::uint64_t> event_type_ids = {};
  std::vector<std::uint64_t> source_type_ids = {};
  std::vector<std::uint64_t> source_ids = {};
  std::vector<EventId> event_ids = {};
  std::optional<Timestamp> from = {};   // inclusive
  std::optional<Timestamp> to = {};     // exclusive
  std::vector<std::string> terms = {};  // of search_terms(); each must occur in event_data

  bool operator==(const Filter&) const = default;
};

}  // namespace annals::events
