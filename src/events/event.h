#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "ids/id.h"
#include "text/time.h"

namespace annals::events {

/// An event: an immutable fact about a record. Its members were checked when it was read. The four ids are
/// the numbers under which they are stored; which of them are strings is in string_ids.h, see set_ids().
struct Event {
  EventId event_id{Uuid{}};
  Timestamp event_time;  // can be stored, see text::is_storable()
  std::uint32_t event_type_id = 0;
  std::uint64_t record_id = 0;
  std::uint32_t source_type_id = 0;
  std::uint64_t source_id = 0;
  std::string event_data;              // any JSON value, byte for byte as it was sent
  std::optional<FileId> file_id = {};  // the attached file
  // The keys that have no member here, as a JSON object with values byte for byte; empty if there are none.
  std::string other_fields = {};
  std::string string_ids = {};   // the ids that are strings, in their stored form; empty if there are none
  std::string file_facts = {};   // of the attached file, in their stored form; empty if nothing is known
  bool time_is_arrival = false;  // the sender gave no event_time; this is not stored
};

/// Returns how many bytes an event takes in memory, approximately.
inline std::size_t memory_of(const Event& event) {
  return sizeof(Event) + event.event_data.size() + event.other_fields.size() + event.string_ids.size() +
         event.file_facts.size();
}

}  // namespace annals::events
