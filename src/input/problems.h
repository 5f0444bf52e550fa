#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/array.hpp>

#include "error.h"

namespace annals::input {

/// A problem of a field of a request, worded as pydantic 1.10 does:
/// `{"loc":["body","x"],"msg":"…","type":"…","ctx":{…}}`.
struct FieldProblem {
  using Part = std::variant<std::string, std::int64_t, std::uint64_t>;
  std::vector<Part> loc = {};
  std::string msg;
  std::string type;
  std::vector<std::pair<std::string, Part>> ctx = {};
};

using Problems = std::vector<FieldProblem>;

/// The number of problems, or of bad items, that an answer lists, so that a body of very many takes no more
/// memory than its own.
inline constexpr std::size_t kMaxListed = 1000;

/// Where an item stands in its request: the beginning of the `loc` of its problems, as in `["body"]`,
/// `["body", 3]` or `["body", "detail"]`.
using Place = std::vector<FieldProblem::Part>;

/// Returns the problem with `place` in front of its `loc`.
FieldProblem at(const Place& place, FieldProblem problem);

/// Carries all problems of one request to the client, in field order.
class InvalidInput : public Error {
 public:
  /// `log_text` says what the problems, which the client sees, must not.
  explicit InvalidInput(Problems problems, const std::string& log_text = "invalid input")
      : Error(ErrorCode::invalid_input, "Invalid input.", log_text), problems_(std::move(problems)) {}

  [[nodiscard]] const Problems& problems() const noexcept { return problems_; }

 private:
  Problems problems_;
};

/// Adds a problem to the list. Throws InvalidInput with the whole list once no more would be listed.
void list_problem(Problems& problems, FieldProblem problem);

/// Returns the list that stands under `detail` in the answer to invalid input:
/// `[{"loc":…,"msg":…,"type":…},…]`.
boost::json::array detail_of(const Problems& problems);

// Every wording of a problem that Annals gives, once; `loc` is left to the caller. The first users of the API
// compare these texts, so none may change.

FieldProblem missing();
FieldProblem none_not_allowed();
FieldProblem unknown_field();
FieldProblem repeated_field();

FieldProblem not_a_dict();
FieldProblem not_a_list();
FieldProblem not_a_string();
FieldProblem not_an_integer();
FieldProblem not_a_boolean();
FieldProblem not_a_uuid();
FieldProblem not_a_time();
FieldProblem time_not_storable();
FieldProblem not_base64();
FieldProblem not_a_cursor();
FieldProblem earlier_cursor();
FieldProblem cursor_ahead();

FieldProblem less_than(std::int64_t min);
FieldProblem greater_than(std::uint64_t max);
/// Lengths count code points.
FieldProblem shorter_than(std::size_t min);
FieldProblem longer_than(std::size_t max);
FieldProblem line_longer_than(std::size_t max_bytes);
FieldProblem more_bytes_than(std::size_t max);  // in UTF-8
FieldProblem names_larger_than(std::size_t max_bytes);
/// Counts the items of a list, or the members of an object.
FieldProblem fewer_items_than(std::size_t min);
FieldProblem more_items_than(std::size_t max);
FieldProblem too_many_lines_without_event(std::size_t max);
FieldProblem no_match(std::string_view pattern);
FieldProblem token_longer_than(std::size_t max);
FieldProblem no_word();
FieldProblem more_words_than(std::size_t max);
FieldProblem not_a_field();
FieldProblem not_a_time_zone();
FieldProblem unclosed_brace();
FieldProblem unopened_brace();
FieldProblem not_a_template_path(std::size_t max);
FieldProblem none_of(const std::vector<std::string>& permitted);

FieldProblem offset_beside_cursor();
FieldProblem data_beside_base64();

/// Where and why a text stops being JSON. Positions count code points; line and column count from 1.
struct JsonFlaw {
  std::string what;
  std::int64_t offset;
  std::int64_t line;
  std::int64_t column;
};
/// Words it as Python's json module does; `loc` is the offset.
FieldProblem not_json(const JsonFlaw& flaw);

}  // namespace annals::input
