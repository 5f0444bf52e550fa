#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "ids/uuid.h"
#include "text/time.h"

namespace annals::events {

/// One immutable fact about one record, checked.
struct Event {
  Uuid event_id = {};
  Timestamp event_time;  // 1900-01-01 to 2299-12-31, what DateTime64(3) can hold
  std::uint32_t event_type_id = 0;
  std::uint64_t record_id = 0;
  std::uint32_t source_type_id = 0;
  std::uint64_t source_id = 0;
  std::string event_data;            // any JSON value, byte for byte as it came
  std::optional<Uuid> file_id = {};  // the file attached, by its key in the file store
  std::string other_fields =
      {};  // a JSON object of the keys that have no member here, values as they came; or empty
};

/// What an event takes in memory, in bytes, roughly.
inline std::size_t memory_of(const Event& event) {
  return sizeof(Event) + event.event_data.size() + event.other_fields.size();
}

}  // namespace annals::events
