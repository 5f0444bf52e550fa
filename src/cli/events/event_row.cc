#include "cli/events/event_row.h"

#include <algorithm>
#include <stdexcept>

#include "ids/foreign_id.h"

namespace annals::cli {

Table event_table() {
  using enum Table::Align;
  return Table({{"event_time"},
                {"record", right},
                {"type", right},
                {"source_type", right},
                {"source", right},
                {"event_id"},
                {"event_data"}});
}

std::string cell_of(const input::JsonValue& value) {
  if (value.kind() != input::JsonValue::Kind::string) return in_one_line(value.text());
  std::string cell;
  append_id_notation(cell, value.string());
  return cell;
}

std::vector<std::string> event_cells(const input::JsonValue& event) {
  const auto members = event.members();
  std::vector<std::string> cells;
  for (const char* name :
       {"event_time", "record_id", "event_type_id", "source_type_id", "source_id", "event_id"}) {
    const auto value = input::find_member(members, name);
    cells.push_back(value ? cell_of(*value) : "-");
  }
  const auto data = input::find_member(members, "event_data");
  cells.push_back(data ? in_one_line(data->text()) : "-");
  return cells;
}

input::JsonValue parsed_event(std::string_view json) {
  constexpr std::size_t kMaxDepth = 1024;
  const auto value = input::parse_json(json, kMaxDepth);
  if (!value || value->kind() != input::JsonValue::Kind::object) {
    throw std::runtime_error("the service answered with something else than JSON");
  }
  return *value;
}

std::string in_one_line(std::string_view json) {
  std::string line(json);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

}  // namespace annals::cli
