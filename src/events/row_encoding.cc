#include "events/row_encoding.h"

#include "engine/row_binary.h"

namespace annals::events {

void append_row(std::string& rows, const Event& event, std::uint64_t commit, std::uint32_t place) {
  engine::append_integer(rows, commit);
  engine::append_integer(rows, place);
  engine::append_uuid(rows, event.event_id.data);
  engine::append_integer(rows, std::int64_t{event.event_time.time_since_epoch().count()});  // DateTime64(3)
  engine::append_integer(rows, event.event_type_id);
  engine::append_integer(rows, event.record_id);
  engine::append_integer(rows, event.source_type_id);
  engine::append_integer(rows, event.source_id);
  engine::append_string(rows, event.event_data);
  engine::append_is_null(rows, !event.file_id);
  if (event.file_id) engine::append_uuid(rows, event.file_id->data);
  engine::append_string(rows, event.other_fields);
}

}  // namespace annals::events
