#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals::events {

/// Selects events by one field of what they were sent with.
struct FieldFilter {
  std::string name = {};                 // in the notation of parse_field()
  std::vector<std::string> values = {};  // one of these, see FieldValue

  bool operator==(const FieldFilter&) const = default;
};

/// Where a field is: a way of keys from an object to a value in it.
struct FieldPath {
  bool is_kept = false;  // in the event's kept fields; otherwise in event_data
  std::vector<std::string> keys = {};
};

inline constexpr std::string_view kDataPrefix = "data.";
inline constexpr std::string_view kKeptPrefix = "field.";
inline constexpr std::size_t kMaxKeys = 16;        // of a path
inline constexpr std::size_t kMaxKeyLength = 256;  // in bytes

/// Reads `data.<key>.<key>` for a field of event_data and `field.<key>.<key>` for one of the kept fields. A
/// key with a dot or a quotation mark in it is written as JSON: `data."a.b".c`. Returns nullopt for anything
/// else, and beyond the limits above.
std::optional<FieldPath> parse_field(std::string_view name);

/// A value in a filter. A text between quotation marks is that string in JSON; any other text is the string
/// that it is, and also the number, true, false or null of which it is the JSON.
struct FieldValue {
  std::string text = {};
  bool may_be_literal = false;  // `text` is the JSON of a number, true, false or null
};
FieldValue field_value(std::string_view text);

}  // namespace annals::events
