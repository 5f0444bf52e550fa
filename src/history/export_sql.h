#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/events_table.h"
#include "events/string_ids.h"
#include "history/filter_sql.h"
#include "history/requests.h"

namespace annals::history {

/// Returns the query of an export, in the order of the table. `text_ids` are the columns of ids that are
/// texts in the result, in the notation of append_id_notation(), and must be all that have strings; nullopt:
/// the columns are as in the table, for read_row().
std::string export_sql(const events::EventsTable& table, const std::string& where,
                       const std::optional<std::vector<events::IdColumn>>& text_ids, std::string_view format,
                       std::uint64_t max_memory_bytes);

/// Returns the query of the last arrival, and for each column of ids, of whether its ids may be strings. It
/// reads numbers only.
std::string numbers_of_strings_sql(const events::EventsTable& table, const std::string& where);
/// Returns the query of whether ids of each column are strings. It reads the kept fields.
std::string strings_sql(const events::EventsTable& table, const std::string& where);

}  // namespace annals::history
