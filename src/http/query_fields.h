#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "ids/foreign_id.h"
#include "input/problems.h"

namespace annals::http {

/// The rule for an integer parameter.
struct IntegerRule {
  std::int64_t min = 0;
  std::int64_t max = INT64_MAX;
  std::int64_t fallback = 0;  // the value if the parameter is absent
};

/// Reads query parameters and collects every problem, in the order in which they are read. Whatever adds a
/// problem throws InvalidInput once no more would be listed. The last value of a repeated parameter counts. A
/// reader throws std::logic_error if the route does not declare the parameter, so that no document is silent
/// about one that is read. Not safe for concurrent use.
class QueryFields {
 public:
  /// `request` must outlive this object.
  explicit QueryFields(const Request& request) : request_(request) {}

  std::int64_t integer(std::string_view name, const IntegerRule& rule);

  /// Returns the value if it is one of `permitted`, nullopt if the parameter is absent or after adding a
  /// problem.
  std::optional<std::string> one_of(std::string_view name, const std::vector<std::string>& permitted);

  /// Returns all values of a parameter that may be repeated, each an id in the notation of
  /// append_id_notation() whose integers go from 0 to `max`.
  std::vector<ForeignId> ids(std::string_view name, std::uint64_t max);

  /// Reads `true` or `false`, and every other spelling that pydantic accepts. Returns nullopt if the
  /// parameter is absent, false after adding a problem.
  std::optional<bool> flag(std::string_view name);

  /// Returns the value as it was sent, or nullopt if the parameter is absent.
  std::optional<std::string> text(std::string_view name);

  /// Returns all values of a parameter that may be repeated, as they were sent.
  std::vector<std::string> texts(std::string_view name);

  /// Returns the parameters whose names begin with one of the prefixes, with all values of each, in the order
  /// in which they were sent. The route declares them together, as the object `declared_as` whose members
  /// they are.
  std::vector<std::pair<std::string, std::vector<std::string>>> with_prefixes(
      std::string_view declared_as, const std::vector<std::string_view>& prefixes);

  /// Adds a problem that only the caller can see.
  void add_problem(std::string_view name, input::FieldProblem problem);
  /// Adds a problem of a header that belongs to the parameters. `name` is in lower case.
  void add_header_problem(std::string_view name, input::FieldProblem problem);

  /// Adds a problem for every parameter that was not read before this call.
  void forbid_others();

  /// Throws InvalidInput if any parameter had a problem.
  void check() const;

 private:
  void note_reading(std::string_view name);
  const std::string* find(std::string_view name);

  const Request& request_;
  std::set<std::string, std::less<>> read_;  // names of the parameters that were read
  input::Problems problems_;
};

}  // namespace annals::http
