#pragma once

#include <string>

#include "events/row.h"

namespace annals::events {

/// Returns the first line of a CSV export: the names of event_columns().
std::string csv_head();

/// Appends the event as a line of CSV (RFC 4180), with the columns of event_columns(). Texts are in quotes;
/// an id is in the notation of append_id_notation(), an integer without quotes.
void append_csv(std::string& text, const RowView& row);

}  // namespace annals::events
