#include "events/row.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "engine/row_binary.h"
#include "engine/row_reader.h"
#include "events/file_facts.h"
#include "input/json_value.h"

namespace annals::events {
namespace {

/// The columns that come before the event's own in an insert.
constexpr std::size_t kCommitColumns = 2;

/// Every column, in the order in which rows are encoded and read. A change here is a change to append_row(),
/// read_row() and the tables of existing tenants.
constexpr auto kColumns = std::to_array<Column>({
    {"arrival", "UInt64", "COMMENT 'place of the event in the order of arrival' CODEC(Delta, ZSTD(1))"},
    {"commit", "UInt64", "COMMENT 'number of the insert that brought the row' CODEC(ZSTD(1))"},
    {"event_id", "UUID", ""},
    {"event_time", "DateTime64(3, 'UTC')", "CODEC(Delta, ZSTD(1))"},
    {"event_type_id", "UInt32", "CODEC(ZSTD(1))"},
    {"record_id", "UInt64", "CODEC(ZSTD(1))"},
    {"source_type_id", "UInt32", "CODEC(ZSTD(1))"},
    {"source_id", "UInt64", "CODEC(ZSTD(1))"},
    {"event_data", "String", "COMMENT 'JSON, byte for byte as it came' CODEC(ZSTD(1))"},
    {"file_id", "Nullable(UUID)", ""},
    {"other_fields", "String", "COMMENT 'JSON object: keys of the event that have no column' CODEC(ZSTD(1))"},
});

std::string names_of(std::span<const Column> columns) {
  std::string names;
  for (const Column& column : columns) {
    if (!names.empty()) names += ", ";
    names += column.name;
  }
  return names;
}

Uuid uuid_of(const std::array<std::uint8_t, 16>& bytes) {
  Uuid id = {};
  std::ranges::copy(bytes, id.begin());
  return id;
}

std::uint64_t number_in(const RowView& row, IdColumn column) {
  switch (column) {
    case IdColumn::event_type_id:
      return row.event_type_id;
    case IdColumn::record_id:
      return row.record_id;
    case IdColumn::source_type_id:
      return row.source_type_id;
    case IdColumn::source_id:
      return row.source_id;
  }
  return 0;
}

/// Appends the id as JSON in a style.
void append_id_as(std::string& text, const RowView& row, IdColumn column, NumberStyle style) {
  const std::string_view string = string_of(row.string_ids, column);
  if (style == NumberStyle::strings) {
    std::string notation;
    append_id(notation, row, column);
    append_id_json(text, notation);
  } else if (string.empty()) {
    fmt::format_to(std::back_inserter(text), "{}", number_in(row, column));
  } else {
    append_id_json(text, string);
  }
}

NamedIds named_ids(const RowView& row) {
  NamedIds ids;
  append_id(ids.event_type, row, IdColumn::event_type_id);
  append_id(ids.source_type, row, IdColumn::source_type_id);
  append_id(ids.source, row, IdColumn::source_id);
  return ids;
}

/// Returns whether kept fields, a JSON object or nothing, have a field of that name.
bool has_field(std::string_view kept, std::string_view name) {
  // Nearly always: no event has it, and no key is written with escapes.
  if (kept.find(name) == std::string_view::npos && kept.find('\\') == std::string_view::npos) return false;
  // It was checked when it came, so it is as deep as it may be.
  const auto object = input::parse_json(kept, std::numeric_limits<std::size_t>::max());
  return object && input::find_member(object->members(), name);
}

void append_ids_apart(std::string& text, const RowView& row, NumberStyle style) {
  for (const IdColumn column : kIdColumns) {
    fmt::format_to(std::back_inserter(text), R"("{}":)", name_of(column));
    append_id_as(text, row, column, style);
    text += ',';
  }
}

}  // namespace

std::span<const Column> event_columns() {
  return std::span(kColumns).subspan(kCommitColumns);
}

std::string column_definitions() {
  std::string text;
  const auto add = [&text](const Column& column) {
    if (!text.empty()) text += ",\n";
    text += fmt::format("    {} {}{}{}", column.name, column.type, column.details.empty() ? "" : " ",
                        column.details);
  };
  std::ranges::for_each(event_columns(), add);
  std::ranges::for_each(std::span(kColumns).first(kCommitColumns), add);
  return text;
}

const std::string& insert_columns() {
  static const std::string names = names_of(kColumns);
  return names;
}

const std::string& select_columns(RowShape shape) {
  static const std::string event = names_of(event_columns());
  static const std::string with_arrival = "arrival, " + event;
  return shape == RowShape::event ? event : with_arrival;
}

void append_row(std::string& rows, const Event& event, std::uint64_t arrival, std::uint64_t commit) {
  engine::append_integer(rows, arrival);
  engine::append_integer(rows, commit);
  engine::append_uuid(rows, event.event_id.uuid().data);
  engine::append_integer(rows, std::int64_t{event.event_time.time_since_epoch().count()});  // DateTime64(3)
  engine::append_integer(rows, event.event_type_id);
  engine::append_integer(rows, event.record_id);
  engine::append_integer(rows, event.source_type_id);
  engine::append_integer(rows, event.source_id);
  engine::append_string(rows, event.event_data);
  engine::append_is_null(rows, !event.file_id);
  if (event.file_id) engine::append_uuid(rows, event.file_id->uuid().data);
  if (event.file_facts.empty()) {
    engine::append_varint(rows, event.string_ids.size() + event.other_fields.size());
    rows += event.string_ids;
    rows += event.other_fields;
  } else {
    std::string kept;
    append_kept_prefix(kept, event.string_ids, event.file_facts);
    engine::append_string(rows, kept + event.other_fields);
  }
}

std::optional<RowView> read_row(std::string_view rows, std::size_t& at, RowShape shape) {
  engine::RowReader reader(rows, at);
  RowView row;
  if (shape == RowShape::with_arrival) row.arrival = reader.integer<std::uint64_t>();
  row.event_id = EventId(uuid_of(reader.uuid()));
  row.event_time = Timestamp(std::chrono::milliseconds(reader.integer<std::int64_t>()));
  row.event_type_id = reader.integer<std::uint32_t>();
  row.record_id = reader.integer<std::uint64_t>();
  row.source_type_id = reader.integer<std::uint32_t>();
  row.source_id = reader.integer<std::uint64_t>();
  row.event_data = reader.string();
  const bool no_file = reader.integer<std::uint8_t>() != 0;
  if (!no_file) row.file_id = FileId(uuid_of(reader.uuid()));
  const KeptParts kept = kept_parts(reader.string());
  row.string_ids = kept.string_ids;
  row.other_fields = kept.fields;
  if (!reader.whole()) return std::nullopt;
  at = reader.at();
  return row;
}

Position RowView::position() const {
  return {.record_id = record_id, .event_time = event_time, .event_id = event_id, .arrival = arrival};
}

void append_id(std::string& text, const RowView& row, IdColumn column) {
  const std::string_view string = string_of(row.string_ids, column);
  if (string.empty()) {
    fmt::format_to(std::back_inserter(text), "{}", number_in(row, column));
  } else {
    append_id_notation(text, string);
  }
}

void append_json(std::string& text, const RowView& row, NumberStyle style) {
  text += R"({"event_id":")";
  append_uuid(text, row.event_id.uuid());
  fmt::format_to(std::back_inserter(text), R"(","event_time":"{}",)", text::format_time(row.event_time));
  if (row.string_ids.empty() && style == NumberStyle::numbers) {  // nearly always
    fmt::format_to(std::back_inserter(text),
                   R"("event_type_id":{},"record_id":{},"source_type_id":{},"source_id":{},)",
                   row.event_type_id, row.record_id, row.source_type_id, row.source_id);
  } else {
    append_ids_apart(text, row, style);
  }
  text += R"("event_data":)";
  text += row.event_data;
  text += R"(,"file_id":)";
  if (row.file_id) {
    text += '"';
    append_uuid(text, row.file_id->uuid());
    text += '"';
  } else {
    text += "null";
  }
  if (!row.other_fields.empty()) {  // an object: its members go on here, and its brace ends this one
    text += ',';
    text += row.other_fields.substr(1);
  } else {
    text += '}';
  }
}

StoredEvent stored_event(const RowView& row, NumberStyle style, const NamesInForce* names) {
  StoredEvent event{.json = {}, .position = row.position(), .file_id = row.file_id};
  append_json(event.json, row, style);
  if (names != nullptr && !has_field(row.other_fields, kNamesMember)) {
    event.json.pop_back();
    event.json += ',';
    append_names_of_event(event.json, *names, named_ids(row));
    event.json += '}';
  }
  return event;
}

}  // namespace annals::events
