#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "ids/foreign_id.h"
#include "ids/uuid.h"
#include "input/problems.h"
#include "text/time.h"

namespace annals::http {

/// The rule for a string field; lengths count code points. A field that breaks several parts of its rule gets
/// one problem, for the first of them in the order of the members, as in pydantic.
struct TextRule {
  std::size_t min_length = 0;
  std::size_t max_length = SIZE_MAX;
  std::string_view pattern = {};                     // shown in the problem
  bool (*matches)(std::string_view text) = nullptr;  // returns whether the text obeys `pattern`
};

/// Returns the rule for names that people read: 1 to `max_length` code points, no control characters.
TextRule name_rule(std::size_t max_length);

/// Reads the fields of a JSON object body and collects every problem, in the order in which the fields are
/// read. Whatever adds a problem throws InvalidInput once no more would be listed. A reader throws
/// std::logic_error if the route does not declare the field, so that no document is silent about one that is
/// read. Not safe for concurrent use.
class BodyFields {
 public:
  /// Throws InvalidInput if the body is none that parse_json_body() reads.
  explicit BodyFields(const Request& request);
  ~BodyFields();

  /// Returns a required string, or "" after adding a problem.
  std::string text(std::string_view name, const TextRule& rule);

  /// Returns nullopt if the field is absent, or after adding a problem.
  std::optional<std::string> optional_text(std::string_view name, const TextRule& rule);
  std::optional<bool> optional_flag(std::string_view name);

  /// Returns a required string, nullopt for null, or "" after adding a problem.
  std::optional<std::string> nullable_text(std::string_view name, const TextRule& rule);

  /// Returns the names of all fields that were sent.
  [[nodiscard]] std::vector<std::string> names() const;

  /// Returns a required integer from `min` to `max`, or `min` after adding a problem.
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);

  /// Returns an integer from `min` to `max`, nullopt for null, or `min` after adding a problem; it must be
  /// present.
  std::optional<std::int64_t> nullable_integer(std::string_view name, std::int64_t min, std::int64_t max);

  /// Returns a required string that is one of `permitted`, or "" after adding a problem.
  std::string one_of(std::string_view name, const std::vector<std::string>& permitted);

  /// Returns a time (RFC 3339) that can be stored, or nullopt if the field is absent or null, or after adding
  /// a problem.
  std::optional<Timestamp> nullable_time(std::string_view name);

  /// Returns a list of 1 to `max_items` UUIDs, or nullopt if the field is absent or null, or after adding a
  /// problem.
  std::optional<std::vector<Uuid>> nullable_uuids(std::string_view name, std::size_t max_items);

  /// Returns a required UUID, or that of zeros after adding a problem.
  Uuid uuid(std::string_view name);

  /// Returns a list of 1 to `max_items` ids, each an integer from 0 to `max` or a string; an empty one if the
  /// field is absent, or after adding a problem. The next one does the same for words that are among
  /// `permitted`.
  std::vector<ForeignId> optional_ids(std::string_view name, std::uint64_t max, std::size_t max_items);
  std::vector<std::string> optional_choices(std::string_view name, const std::vector<std::string>& permitted);

  /// Returns a required list of 1 to `max_items` strings, or an empty one after adding a problem.
  std::vector<std::string> texts(std::string_view name, const TextRule& rule, std::size_t max_items);

  /// Calls `read` with the fields of a required object, unless there is a problem. What is wrong with them is
  /// added to the problems of the body.
  void object(std::string_view name, const std::function<void(BodyFields& fields)>& read);

  /// Adds a problem if the field is null, for readers that take null for an absent field.
  void refuse_null(std::string_view name);

  /// Adds a problem that only the caller can see.
  void add_problem(std::string_view name, input::FieldProblem problem);

  /// Returns whether the field was sent, as null too.
  [[nodiscard]] bool has(std::string_view name) const;

  /// Returns whether the field was sent as null, and takes it as read.
  bool is_null(std::string_view name);

  /// Adds a problem for every field that was not read before this call.
  void forbid_others();

  /// Throws InvalidInput if any field had a problem. Call it after the last field.
  void check() const;

 private:
  struct Document;
  BodyFields(std::unique_ptr<Document> document, input::Place place,
             std::shared_ptr<input::Problems> problems);

  std::optional<std::string> read_text(std::string_view name, const TextRule& rule);
  template <class T, class Check>
  std::vector<T> list(std::string_view name, std::size_t max_items, Check check);

  std::unique_ptr<Document> document_;
  input::Place place_;                         // of the object that is read
  std::shared_ptr<input::Problems> problems_;  // of the whole body
};

}  // namespace annals::http
