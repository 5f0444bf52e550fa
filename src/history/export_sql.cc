#include "history/export_sql.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "events/row.h"

namespace annals::history {
namespace {

using events::IdColumn;

/// Writes in SQL what append_id_notation() does.
constexpr std::string_view kNotation =
    R"(multiIf({string} = '', toString({name}), NOT match({string}, '^(-?[0-9]+$|")'), {string}, )"
    R"(concat('"', replaceAll(replaceAll({string}, '\\', '\\\\'), '"', '\\"'), '"')) AS {name})";

std::string selected(const std::vector<IdColumn>& text_ids) {
  std::vector<std::string> columns;
  for (const events::Column& column : events::event_columns()) {
    const auto id = events::id_column(column.name);
    if (id && std::ranges::find(text_ids, *id) != text_ids.end()) {
      columns.push_back(
          fmt::format(kNotation, fmt::arg("string", events::string_sql(*id)), fmt::arg("name", column.name)));
    } else if (column.name == "other_fields") {
      columns.push_back(fmt::format("if(startsWith(other_fields, '\\x01'), {}, other_fields) AS other_fields",
                                    events::kept_fields_sql()));
    } else {
      columns.emplace_back(column.name);
    }
  }
  return fmt::format("{}", fmt::join(columns, ", "));
}

/// Returns a query of one question per column of ids.
template <class Question>
std::string asked_of_each(std::string_view before, const events::EventsTable& table, const std::string& where,
                          Question question) {
  std::vector<std::string> questions;
  questions.reserve(events::kIdColumns.size());
  for (const IdColumn column : events::kIdColumns) questions.push_back(question(column));
  return fmt::format("SELECT {}{} FROM {}{}", before, fmt::join(questions, ", "), table.quoted(), where);
}

}  // namespace

std::string export_sql(const events::EventsTable& table, const std::string& where,
                       const std::optional<std::vector<IdColumn>>& text_ids, std::string_view format,
                       std::uint64_t max_memory_bytes) {
  // In the order of the table its parts are merged while they are read, so that only one block of each part
  // is held in memory. For the same reason blocks are small, and none is read in advance.
  return fmt::format(
      "SELECT {} FROM {}{} ORDER BY record_id, event_time, event_id SETTINGS "
      "max_memory_usage = {}, readonly = 2, max_threads = 1, optimize_read_in_order = 1, "
      "read_in_order_use_buffering = 0, max_block_size = 2048, prefer_column_name_to_alias = 1, "
      "date_time_output_format = 'iso', format_csv_null_representation = '', "
      "output_format_csv_crlf_end_of_line = 1, "  // RFC 4180
      "output_format_parquet_row_group_size = 32768, output_format_parquet_parallel_encoding = 0 {}",
      text_ids ? selected(*text_ids) : events::select_columns(events::RowShape::event), table.quoted(), where,
      max_memory_bytes, format);
}

std::string numbers_of_strings_sql(const events::EventsTable& table, const std::string& where) {
  return asked_of_each("max(arrival), ", table, where, [](IdColumn column) {
    return fmt::format("max({}) >= {}", name_of(column), least_of_strings(column));
  });
}

std::string strings_sql(const events::EventsTable& table, const std::string& where) {
  return asked_of_each("", table, where, [](IdColumn column) {
    return fmt::format("countIf({} != '') > 0", events::string_sql(column));
  });
}

}  // namespace annals::history
