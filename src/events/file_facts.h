// The size and the SHA-256 of the file that an event names stand behind the ids that are strings, in the
// column other_fields (see string_ids.h), as a sixth part that only rows with such a file have:
//
//   <1>event_type_id<1>record_id<1>source_type_id<1>source_id<1>5:2cf24dba…<1>{"a":1}
//
// with the size in bytes first. The SHA-256 is empty if it is not known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace annals::events {

/// The file that an event names, as it was when the event was stored.
struct FileFacts {
  std::uint64_t size = 0;   // bytes
  std::string sha256 = {};  // 64 hexadecimal digits, or empty: not known
};

/// Returns the facts as they are stored.
std::string stored_form(const FileFacts& facts);
/// Returns nullopt if nothing is stored.
std::optional<FileFacts> read_file_facts(std::string_view stored);

/// Appends what stands before the kept fields of a row that has facts. Both are stored forms; `string_ids` is
/// perhaps empty.
void append_kept_prefix(std::string& row, std::string_view string_ids, std::string_view facts);

/// Returns an expression for the stored facts of a row, '' if there are none.
std::string_view file_facts_sql();
/// Returns an expression for the stored ids of a row that are strings, '' if there are none.
std::string_view string_ids_sql();

}  // namespace annals::events
