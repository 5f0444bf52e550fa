#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/event.h"
#include "events/position.h"

namespace annals::events {

/// What a query asks for to read whole rows: `SELECT <these> … FORMAT RowBinary`.
inline constexpr std::string_view kStoredColumns =
    "commit, place, event_id, event_time, event_type_id, record_id, source_type_id, source_id, event_data, "
    "file_id, other_fields, _block_number";
/// The same without what tells the order of arrival: each column less is a file less to read in every part.
inline constexpr std::string_view kStoredColumnsWithoutArrival =
    "toUInt64(0), toUInt32(0), event_id, event_time, event_type_id, record_id, source_type_id, source_id, "
    "event_data, file_id, other_fields, toUInt64(0)";

/// A row of a tenant's events table as the engine gives it. A view: the bytes that it was read from outlive
/// it.
struct StoredRow {
  Uuid event_id = {};
  Timestamp event_time;
  std::uint32_t event_type_id = 0;
  std::uint64_t record_id = 0;
  std::uint32_t source_type_id = 0;
  std::uint64_t source_id = 0;
  std::string_view event_data;
  std::optional<Uuid> file_id;
  std::string_view other_fields;
  std::uint64_t commit = 0;
  std::uint32_t place = 0;
  std::uint64_t block = 0;

  [[nodiscard]] Position position() const;
};

/// Reads the row that begins at `at`, which moves behind it. Nothing when the bytes end before the row does.
std::optional<StoredRow> read_row(std::string_view rows, std::size_t& at);

/// Appends the event as the JSON object that a client reads: `event_data` and other fields byte for byte as
/// they came in.
void append_json(std::string& text, const StoredRow& row);

}  // namespace annals::events
