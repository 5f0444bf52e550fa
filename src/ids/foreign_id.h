#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace annals {

/// Names a record, a source or a type in the world of those who send events: an integer, or a string of 1 to
/// 128 code points without control characters. 17 and "17" are two ids. Strings are compared byte for byte.
class ForeignId {
 public:
  static constexpr std::size_t kMaxLength = 128;  // in code points

  /// Why a text is no id. Those of a text that has several are reported in this order.
  enum class Flaw : std::uint8_t { no_utf8, empty, too_long, has_controls };

  // It converts implicitly: wherever an id is expected, an integer is one.
  ForeignId(std::uint64_t integer = 0) : integer_(integer) {}

  /// Returns the id that is this string, a string of digits too.
  static std::expected<ForeignId, Flaw> of_string(std::string_view text);

  [[nodiscard]] bool is_string() const { return !string_.empty(); }
  /// Only for integers.
  [[nodiscard]] std::uint64_t integer() const { return integer_; }
  /// Returns "" for an integer.
  [[nodiscard]] const std::string& string() const { return string_; }

  /// Returns the id as JSON: `17`, or `"17"`.
  [[nodiscard]] std::string json() const;
  /// Returns the id as filters, cursors and CSV have it, see append_id_notation().
  [[nodiscard]] std::string notation() const;

  bool operator==(const ForeignId&) const = default;

 private:
  std::uint64_t integer_;  // 0 beside a string
  std::string string_;     // empty: it is an integer
};

/// Appends a string id as JSON.
void append_id_json(std::string& text, std::string_view id);

/// Returns whether a text has the form of an integer, in or out of its bounds: digits, after a minus sign or
/// not.
bool is_integer_text(std::string_view text);

/// Appends a string id as it stands where integers and strings cannot be told apart by their type: in URLs,
/// in CSV and on command lines. That is the text itself; one that would be read as an integer there, or that
/// begins with a quote, is written as JSON: `"17"`.
void append_id_notation(std::string& text, std::string_view id);

}  // namespace annals
