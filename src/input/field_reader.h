#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "error.h"
#include "ids/uuid.h"
#include "input/json_value.h"
#include "text/time.h"

namespace annals::input {

/// Where an item stands in its request; the beginning of the `loc` of its problems, e.g. `["body"]`,
/// `["body", 3]`,
/// `["body", "detail"]`.
using Place = std::vector<FieldProblem::Part>;

using Problems = std::vector<FieldProblem>;

/// What can be wrong with a value as a whole; `loc` is left to the caller.
FieldProblem missing();
FieldProblem none_not_allowed();
FieldProblem not_a_dict();

/// The problem, with `place` in front of its `loc`.
FieldProblem at(const Place& place, FieldProblem problem);

/// The object's members; nothing when the value is no object, which is noted.
std::optional<std::vector<input::JsonMember>> members_of(const input::JsonValue& value, const Place& place,
                                                         Problems& problems);

/// Reads the fields of one object and notes what is wrong with them, in the order of the calls. A field that
/// is absent, null or wrong gives a problem and a value that means nothing.
class FieldReader {
 public:
  using Field = std::optional<input::JsonValue>;  // nothing when the key is absent

  /// `place` is that of the object. `prefix` goes before every name where problems are told. All must outlive
  /// the reader.
  FieldReader(const Place& place, Problems& problems, std::string_view prefix = {})
      : place_(place), problems_(problems), prefix_(prefix) {}

  /// The value of a field that is present and not null; nullptr after noting that it is not.
  const input::JsonValue* require(std::string_view name, const Field& field);

  /// A JSON integer from 0 to `max`: 1.0, "1" and true are none.
  std::uint64_t integer(std::string_view name, const Field& field, std::uint64_t max);
  Uuid uuid(std::string_view name, const Field& field);
  Timestamp time(std::string_view name, const Field& field);
  std::string text(std::string_view name, const Field& field);

  /// Notes a problem of the field.
  void note(std::string_view name, FieldProblem problem);

 private:
  const Place& place_;
  Problems& problems_;
  std::string_view prefix_;
};

}  // namespace annals::input
