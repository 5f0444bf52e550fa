// How ids that are strings are stored. The columns of ids are integers in every table, so a string has a
// number there, which keeps the events of a record together and finds them by the primary key. The string
// itself stands before the kept fields, in the column other_fields:
//
//   <1>event_type_id<1>record_id<1>source_type_id<1>source_id<1>{"a":1}
//
// (file_facts.h puts another part behind them), where <1> is the byte 01 and an id that is an integer is left
// empty. Rows without a string have the kept fields alone. No sender can forge the form: kept fields are a
// JSON object, or nothing, so they do not begin with that byte, and neither JSON nor an id contains it.
//
// The number of a string is the beginning of the SHA-256 of its UTF-8 bytes, big-endian, with the highest bit
// set: 8 bytes in columns of 64 bits, 4 in those of 32. So a number of the lower half is an integer for sure,
// and only numbers of the upper half make anybody look for a string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/event.h"
#include "ids/foreign_id.h"

namespace annals::events {

/// A column that has ids of senders, in the order in which they are stored.
enum class IdColumn : std::uint8_t { event_type_id, record_id, source_type_id, source_id };

inline constexpr std::array kIdColumns{IdColumn::event_type_id, IdColumn::record_id, IdColumn::source_type_id,
                                       IdColumn::source_id};

std::string_view name_of(IdColumn column);
/// Returns nullopt unless it is the name of such a column.
std::optional<IdColumn> id_column(std::string_view name);
/// Returns the greatest integer that the column holds.
std::uint64_t max_of(IdColumn column);
/// Returns the least number that a string may have in the column. Integers may have it too.
std::uint64_t least_of_strings(IdColumn column);

/// Returns the number under which a column holds an id: an integer itself, of a string a part of its hash.
std::uint64_t stored_number(IdColumn column, const ForeignId& id);

/// Gives an event its four ids, in the order of kIdColumns. Each integer must fit into its column.
void set_ids(Event& event, const std::array<ForeignId, kIdColumns.size()>& ids);

/// The value of the column other_fields in a row, see above.
struct KeptParts {
  std::string_view string_ids;  // with all five bytes 01, or empty
  std::string_view fields;      // a JSON object, or empty
};
KeptParts kept_parts(std::string_view stored);

/// Returns the string of a column out of a row's string ids; "" if its id is an integer.
std::string_view string_of(std::string_view string_ids, IdColumn column);

// SQL for the same parts of a row.

/// Returns an expression for the string of a column, '' if its id is an integer.
std::string string_sql(IdColumn column);
/// Returns an expression for the JSON object of the kept fields, or ''.
std::string_view kept_fields_sql();

}  // namespace annals::events
