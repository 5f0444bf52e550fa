#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"
#include "input/problems.h"

namespace annals::http {

/// The rule for a string field; lengths count code points. A field that breaks several parts of its rule gets
/// one problem, for the first of them in the order of the members, as in pydantic.
struct TextRule {
  std::size_t min_length = 0;
  std::size_t max_length = SIZE_MAX;
  std::string_view pattern = {};                     // shown in the problem
  bool (*matches)(std::string_view text) = nullptr;  // returns whether the text obeys `pattern`
};

/// Reads the fields of a JSON object body and collects every problem, in the order in which the fields are
/// read. Not safe for concurrent use.
class BodyFields {
 public:
  /// Throws InvalidInput if the body is absent, not JSON (by content type or content) or not an object.
  explicit BodyFields(const Request& request);
  ~BodyFields();

  /// Returns a required string, or "" after adding a problem.
  std::string text(std::string_view name, const TextRule& rule);

  /// Throws InvalidInput if any field had a problem. Call it after the last field.
  void check() const;

 private:
  struct Document;
  std::unique_ptr<Document> document_;
  input::Problems problems_;
};

}  // namespace annals::http
