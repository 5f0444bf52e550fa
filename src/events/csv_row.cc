#include "events/csv_row.h"

#include <string_view>

#include <fmt/format.h>

#include "text/time.h"

namespace annals::events {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

void append_quoted(std::string& text, std::string_view field) {
  text += '"';
  for (auto quote = field.find('"'); quote != std::string_view::npos; quote = field.find('"')) {
    text.append(field.substr(0, quote + 1)).append(1, '"');
    field.remove_prefix(quote + 1);
  }
  text.append(field).append(1, '"');
}

void append_id_field(std::string& text, const RowView& row, IdColumn column) {
  text += ',';
  if (string_of(row.string_ids, column).empty()) {
    append_id(text, row, column);
    return;
  }
  std::string notation;
  append_id(notation, row, column);
  append_quoted(text, notation);
}

}  // namespace

std::string csv_head() {
  std::string head;
  for (const Column& column : event_columns()) {
    head += fmt::format("{}\"{}\"", head.empty() ? "" : ",", column.name);
  }
  return head.append(kLineEnd);
}

void append_csv(std::string& text, const RowView& row) {
  text += '"';
  append_uuid(text, row.event_id.uuid());
  text.append("\",\"").append(text::format_time(row.event_time)).append(1, '"');
  for (const IdColumn column : kIdColumns) append_id_field(text, row, column);
  text += ',';
  append_quoted(text, row.event_data);
  text += ',';
  if (row.file_id) {
    text += '"';
    append_uuid(text, row.file_id->uuid());
    text += '"';
  }
  text += ',';
  append_quoted(text, row.other_fields);
  text += kLineEnd;
}

}  // namespace annals::events
