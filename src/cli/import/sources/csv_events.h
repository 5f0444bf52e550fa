#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "cli/import/sources/bytes.h"

namespace annals::cli {

/// This character marks a line that is no event but says why: the mark, the reason, the mark, the text of the
/// file. No JSON begins so.
inline constexpr char kFlawMark = '\x1E';

/// Returns the character between the columns if a line is the first one of a CSV text with events: it names
/// columns of events. Returns nullopt for any other text.
std::optional<char> delimiter_of_events(std::string_view first_line);

/// Reads CSV with a first line of names as NDJSON. The columns are named after the keys of an event;
/// `event_data` is JSON, the four ids are integers or texts in the notation of append_id_notation(),
/// `other_fields`, as in Annals' own exports, is a JSON object of further keys, and a column of any other
/// name a further key, which is a text. An empty field is an absent key. Each event is in the line in which
/// its record begins; a record that is none becomes a line with kFlawMark.
std::unique_ptr<Bytes> csv_events(Bytes& csv, char delimiter);

}  // namespace annals::cli
