#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal/table.h"
#include "input/json_value.h"

namespace annals::cli {

/// Returns a table for events. Its last column, event_data, is what a narrow terminal cuts.
Table event_table();

/// Returns a value for people: strings without quotes, unless they would look like an integer or like a
/// quoted string.
std::string cell_of(const input::JsonValue& value);

/// Returns the cells of an event, which is a JSON object as the service gives it.
std::vector<std::string> event_cells(const input::JsonValue& event);

/// Reads an event of the service. Throws std::runtime_error if it is not JSON. `json` must outlive the
/// result.
input::JsonValue parsed_event(std::string_view json);

/// Returns a JSON value without the line breaks that it may have between its tokens.
std::string in_one_line(std::string_view json);

}  // namespace annals::cli
