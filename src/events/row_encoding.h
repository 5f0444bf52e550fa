#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/event.h"

namespace annals::events {

/// The columns of an encoded row, for `INSERT INTO … (<these>) FORMAT RowBinary`.
inline constexpr std::string_view kInsertColumns =
    "commit, place, event_id, event_time, event_type_id, record_id, source_type_id, source_id, event_data, "
    "file_id, "
    "other_fields";

/// Appends one row of a tenant's events table (events_table.h) in RowBinary. `commit` is the number of the
/// insert, `place` the row's in it.
void append_row(std::string& rows, const Event& event, std::uint64_t commit, std::uint32_t place);

}  // namespace annals::events
