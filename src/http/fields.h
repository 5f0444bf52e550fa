#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "error.h"
#include "http/message.h"

namespace annals::http {

/// The rule for a string field; lengths in code points. A field that breaks several parts gets the first
/// problem only, in the order of the members, as in pydantic.
struct TextRule {
  std::size_t min_length = 0;
  std::size_t max_length = SIZE_MAX;
  std::string_view pattern = {};                     // what the problem shows
  bool (*matches)(std::string_view text) = nullptr;  // whether the text obeys `pattern`
};

/// Reads the fields of a JSON object body, collecting every problem in the order the fields are asked for.
class BodyFields {
 public:
  /// Throws InvalidInput when the body is absent, not JSON (by content type or content) or not an object.
  explicit BodyFields(const Request& request);
  ~BodyFields();

  /// A required string. Returns "" after noting the problem when there is one.
  std::string text(std::string_view name, const TextRule& rule);

  /// Throws InvalidInput when any field had a problem. To be called after the last field.
  void check() const;

 private:
  struct Document;
  std::unique_ptr<Document> document_;
  std::vector<FieldProblem> problems_;
};

struct IntegerRule {
  std::int64_t min = 0;
  std::int64_t max = INT64_MAX;
  std::int64_t fallback = 0;  // when the parameter is absent
};

/// Reads query parameters, collecting every problem. Unknown parameters are ignored; of a repeated one the
/// last counts.
class QueryFields {
 public:
  explicit QueryFields(const Request& request) : request_(request) {}

  std::int64_t integer(std::string_view name, const IntegerRule& rule);
  /// Nothing when absent.
  std::optional<std::string> one_of(std::string_view name, const std::vector<std::string>& permitted);

  /// Of a parameter that may be repeated: all its values, each an integer from 0 to `max`.
  std::vector<std::uint64_t> integers(std::string_view name, std::uint64_t max);
  /// `true` or `false`, and what else pydantic takes for one. Nothing when absent.
  std::optional<bool> flag(std::string_view name);
  /// The value as it came. Nothing when absent.
  std::optional<std::string> text(std::string_view name);
  /// All values of a parameter that may be repeated.
  std::vector<std::string> texts(std::string_view name);

  /// Notes a problem with a parameter that only the caller can see.
  void note(std::string_view name, std::string message, std::string type);
  /// The same for a header that stands beside the parameters; its name in lower case.
  void note_header(std::string_view name, std::string message, std::string type);

  /// Notes every parameter that was not asked for before this call.
  void forbid_others();

  void check() const;

 private:
  const std::string* find(std::string_view name);

  const Request& request_;  // outlives this object
  std::vector<std::string> asked_;
  std::vector<FieldProblem> problems_;
};

}  // namespace annals::http
