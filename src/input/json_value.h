#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/problems.h"

namespace annals::input {

struct JsonMember;

/// A value in a JSON text that was checked whole and is then cut into pieces byte for byte, so that nothing
/// is ever written anew: 1.0, 1e5 and numbers of any size stay as they came. A view: the text outlives it.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  [[nodiscard]] Kind kind() const noexcept;
  /// As it came, without the white space around it.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  /// Whether this is a string with that content, however it is escaped.
  [[nodiscard]] bool is_string(std::string_view content) const;
  /// The content of a string, escapes resolved. Only for strings.
  [[nodiscard]] std::string string() const;
  /// The same without a copy where nothing is escaped; otherwise it is put into `room`.
  [[nodiscard]] std::string_view string(std::string& room) const;
  /// Only for arrays.
  void for_each_element(const std::function<void(const JsonValue&)>& take) const;
  /// In order, a repeated key as often as it came. Only for objects.
  [[nodiscard]] std::vector<JsonMember> members() const;

 private:
  explicit JsonValue(std::string_view text) noexcept : text_(text) {}
  friend std::expected<JsonValue, FieldProblem> parse_json(std::string_view, std::size_t);

  std::string_view text_;
};

struct JsonMember {
  JsonValue key;  // a string
  JsonValue value;
};

/// Checks a JSON text (RFC 8259) to its last byte: UTF-8, no unpaired surrogates (as RFC 7493 has it),
/// nothing but white space around the one value, arrays and objects no deeper than `max_depth`. Otherwise
/// gives a problem of type `value_error.jsondecode` whose `loc` is the offset alone; it never shows what was
/// sent.
std::expected<JsonValue, FieldProblem> parse_json(std::string_view text, std::size_t max_depth);

/// The value of a key: of a repeated one the last, as everywhere here. Nothing when the key is absent.
std::optional<JsonValue> find_member(const std::vector<JsonMember>& members, std::string_view key);

/// An object of the members, keys and values byte for byte, in their order; of a repeated key the last stays.
/// "" when there is no member.
std::string json_object(const std::vector<JsonMember>& members);

}  // namespace annals::input
