#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ids/foreign_id.h"
#include "ids/uuid.h"
#include "input/json_value.h"
#include "input/problems.h"
#include "text/time.h"

namespace annals::input {

/// The number of members that an object may have if it is cut into them. More would take far more memory than
/// their text.
inline constexpr std::size_t kMaxMembers = 10'000;

/// Returns the members of an object, or nullopt after adding a problem if the value is not one, or has more
/// than kMaxMembers.
std::optional<std::vector<JsonMember>> members_of(const JsonValue& value, const Place& place,
                                                  Problems& problems);

/// Reads the fields of one JSON object and adds what is wrong with them to a list, in the order of the calls.
/// For a field that is absent, null or wrong a reader returns a value that means nothing. Not safe for
/// concurrent use.
class ObjectFields {
 public:
  using Field = std::optional<JsonValue>;  // nullopt if the key is absent

  /// `place` is that of the object; `prefix` goes before each field's name in a problem's `loc`. All of them
  /// must outlive this object.
  ObjectFields(const Place& place, Problems& problems, std::string_view prefix = {})
      : place_(place), problems_(problems), prefix_(prefix) {}

  /// Returns the value of a field that is present and not null, or nullptr after adding a problem.
  const JsonValue* require(std::string_view name, const Field& field);

  /// Reads a JSON integer from 0 to `max`; 1.0, "1" and true are not integers.
  std::uint64_t integer(std::string_view name, const Field& field, std::uint64_t max);
  /// Reads an id of a sender's: an integer as integer() does, or a string.
  ForeignId id(std::string_view name, const Field& field, std::uint64_t max);
  /// Reads a UUID in any form that parse_any_uuid() takes.
  Uuid uuid(std::string_view name, const Field& field);
  /// Reads a time that can be stored.
  Timestamp time(std::string_view name, const Field& field);
  std::string text(std::string_view name, const Field& field);

  /// Adds a problem of the field.
  void add_problem(std::string_view name, FieldProblem problem);

 private:
  const Place& place_;
  Problems& problems_;
  std::string_view prefix_;
};

}  // namespace annals::input
