#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/event.h"
#include "events/id_names.h"
#include "events/position.h"
#include "events/string_ids.h"

namespace annals::events {

/// A column of a tenant's events table. docs/architecture.md explains them.
struct Column {
  std::string_view name;
  std::string_view type;
  std::string_view details;  // comment and codec, for CREATE TABLE
};

/// Returns the columns that are members of an Event, in the order in which exports show them.
std::span<const Column> event_columns();

/// Returns the definitions of all columns for CREATE TABLE.
std::string column_definitions();

/// Returns the columns that append_row() encodes, for `INSERT INTO … (<columns>) FORMAT RowBinary`.
const std::string& insert_columns();

/// Selects the columns that a query reads of each row. Every column saved is a file less to read in each part
/// of the table.
enum class RowShape : std::uint8_t {
  event,         // the event alone
  with_arrival,  // the event and its place in the order of arrival
};

/// Returns the columns that read_row() expects, for `SELECT <columns> … FORMAT RowBinary`.
const std::string& select_columns(RowShape shape);

/// Rows that came through the journal have this commit number: they may be inserted at any time.
inline constexpr std::uint64_t kJournaled = std::numeric_limits<std::uint64_t>::max();

/// Appends one row in RowBinary. It begins with `arrival`, its place in the order of arrival; `commit` is the
/// number of the insert.
void append_row(std::string& rows, const Event& event, std::uint64_t arrival, std::uint64_t commit);

/// A row as the engine returns it. It is a view: the bytes that it was read from must outlive it. The ids are
/// the numbers under which they are stored, as in an Event.
struct RowView {
  EventId event_id{Uuid{}};
  Timestamp event_time;
  std::uint32_t event_type_id = 0;
  std::uint64_t record_id = 0;
  std::uint32_t source_type_id = 0;
  std::uint64_t source_id = 0;
  std::string_view event_data;
  std::optional<FileId> file_id;
  std::string_view string_ids;  // empty if all ids are integers
  std::string_view other_fields;
  std::uint64_t arrival = 0;  // 0 in the shape `event`

  [[nodiscard]] Position position() const;
};

/// Reads the row that begins at `at` and moves `at` behind it. Returns nullopt, and leaves `at`, if the bytes
/// end before the row does.
std::optional<RowView> read_row(std::string_view rows, std::size_t& at, RowShape shape);

/// How answers write integers. JavaScript reads JSON numbers above 2^53 as others.
enum class NumberStyle : std::uint8_t {
  numbers,  // as JSON numbers
  strings,  // as strings: 64-bit numbers in digits, and every id in the notation of append_id_notation()
};

/// Appends the event as the JSON object that a client reads: `event_data` and other fields byte for byte as
/// they were sent.
void append_json(std::string& text, const RowView& row, NumberStyle style = NumberStyle::numbers);

/// Appends the notation of one of the row's ids, see append_id_notation().
void append_id(std::string& text, const RowView& row, IdColumn column);

/// An event that was read from its table.
struct StoredEvent {
  std::string json;  // the object that a client reads
  Position position;
  std::optional<FileId> file_id;
};

/// Makes the object of a row, with the names of its ids unless `names` is null: as the member `names`, or not
/// at all if the event has a field of that name.
StoredEvent stored_event(const RowView& row, NumberStyle style = NumberStyle::numbers,
                         const NamesInForce* names = nullptr);

}  // namespace annals::events
