#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/problems.h"

namespace annals::input {

struct JsonMember;

/// Views one value in a JSON text that was checked as a whole. Values are cut out of the text byte for byte,
/// so that none is ever reformatted: 1.0, 1e5 and numbers of any size stay as they were sent. The text must
/// outlive this object.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  [[nodiscard]] Kind kind() const noexcept;
  /// Returns the value as it was sent, without the white space around it.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  /// Returns whether this is a string with that content, however it is escaped.
  [[nodiscard]] bool is_string(std::string_view content) const;
  /// Returns the content of a string with its escapes resolved, as unescaped() in json_string.h does. It is
  /// UTF-8, except for surrogates without their other halves. Only for strings.
  [[nodiscard]] std::string string() const;
  /// Does the same as string() without a copy if nothing is escaped; otherwise puts the content into `room`.
  [[nodiscard]] std::string_view string(std::string& room) const;
  /// Calls `take` for each element in order. Only for arrays.
  void for_each_element(const std::function<void(const JsonValue&)>& take) const;
  /// Returns the members in order, a repeated key as often as it was sent. The members beyond
  /// `at_most` are left out. Only for objects.
  [[nodiscard]] std::vector<JsonMember> members(
      std::size_t at_most = std::numeric_limits<std::size_t>::max()) const;

 private:
  explicit JsonValue(std::string_view text) noexcept : text_(text) {}
  friend std::expected<JsonValue, FieldProblem> parse_json(std::string_view, std::size_t);

  std::string_view text_;
};

struct JsonMember {
  JsonValue key;  // a string
  JsonValue value;
};

/// Checks a JSON text (RFC 8259) to its last byte: UTF-8, nothing but white space around the one value,
/// arrays and objects no deeper than `max_depth`. A byte order mark is skipped (section 8.1) and not counted.
/// Numbers may have any size, and escaped surrogates need no other half. If the check fails, returns a
/// problem of type `value_error.jsondecode` whose `loc` is the offset alone; it never shows what was sent.
std::expected<JsonValue, FieldProblem> parse_json(std::string_view text, std::size_t max_depth);

/// Returns the value of a key, or nullopt if the key is absent. Of a repeated key the last value counts, as
/// everywhere in Annals.
std::optional<JsonValue> find_member(const std::vector<JsonMember>& members, std::string_view key);

/// Returns an object of the members in their order, keys and values byte for byte. Of a repeated key the last
/// member stays. Returns "" if there are no members.
std::string json_object(const std::vector<JsonMember>& members);

}  // namespace annals::input
