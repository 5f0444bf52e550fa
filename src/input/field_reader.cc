#include "input/field_reader.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "ids/uuid.h"
#include "text/time.h"

namespace annals::input {
namespace {

using text::parse_time;
using Kind = input::JsonValue::Kind;

FieldProblem not_an_integer() {
  return {.loc = {}, .msg = "value is not a valid integer", .type = "type_error.integer"};
}

FieldProblem too_small() {
  return {.loc = {},
          .msg = "ensure this value is greater than or equal to 0",
          .type = "value_error.number.not_ge",
          .ctx = {{"limit_value", std::int64_t{0}}}};
}

FieldProblem too_large(std::uint64_t max) {
  return {.loc = {},
          .msg = fmt::format("ensure this value is less than or equal to {}", max),
          .type = "value_error.number.not_le",
          .ctx = {{"limit_value", max}}};
}

}  // namespace

FieldProblem missing() {
  return {.loc = {}, .msg = "field required", .type = "value_error.missing"};
}

FieldProblem none_not_allowed() {
  return {.loc = {}, .msg = "none is not an allowed value", .type = "type_error.none.not_allowed"};
}

FieldProblem not_a_dict() {
  return {.loc = {}, .msg = "value is not a valid dict", .type = "type_error.dict"};
}

FieldProblem at(const Place& place, FieldProblem problem) {
  problem.loc.insert(problem.loc.begin(), place.begin(), place.end());
  return problem;
}

std::optional<std::vector<input::JsonMember>> members_of(const input::JsonValue& value, const Place& place,
                                                         Problems& problems) {
  if (value.kind() == Kind::object) return value.members();
  problems.push_back(at(place, value.kind() == Kind::null ? none_not_allowed() : not_a_dict()));
  return std::nullopt;
}

void FieldReader::note(std::string_view name, FieldProblem problem) {
  problem.loc.insert(problem.loc.begin(), std::string(prefix_) + std::string(name));
  problems_.push_back(at(place_, std::move(problem)));
}

const input::JsonValue* FieldReader::require(std::string_view name, const Field& field) {
  if (field && field->kind() != Kind::null) return &*field;
  note(name, field ? none_not_allowed() : missing());
  return nullptr;
}

std::uint64_t FieldReader::integer(std::string_view name, const Field& field, std::uint64_t max) {
  const input::JsonValue* const number = require(name, field);
  if (number == nullptr) return 0;
  const std::string_view text = number->text();
  if (number->kind() != Kind::number || text.find_first_of(".eE") != std::string_view::npos) {
    note(name, not_an_integer());
    return 0;
  }
  if (text == "-0") return 0;
  if (text.starts_with('-')) {
    note(name, too_small());
    return 0;
  }
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > max) note(name, too_large(max));
  return value;
}

Uuid FieldReader::uuid(std::string_view name, const Field& field) {
  const input::JsonValue* const value = require(name, field);
  if (value == nullptr) return {};
  if (value->kind() == Kind::string) {
    std::string room;
    if (const auto uuid = parse_uuid(value->string(room))) return *uuid;
  }
  note(name, {.loc = {}, .msg = "value is not a valid uuid", .type = "type_error.uuid"});
  return {};
}

Timestamp FieldReader::time(std::string_view name, const Field& field) {
  const input::JsonValue* const value = require(name, field);
  if (value == nullptr) return {};
  if (value->kind() == Kind::string) {
    std::string room;
    if (const auto time = parse_time(value->string(room))) return *time;
  }
  note(name, {.loc = {}, .msg = "invalid datetime format", .type = "value_error.datetime"});
  return {};
}

std::string FieldReader::text(std::string_view name, const Field& field) {
  const input::JsonValue* const value = require(name, field);
  if (value == nullptr) return {};
  if (value->kind() == Kind::string) return value->string();
  note(name, {.loc = {}, .msg = "str type expected", .type = "type_error.str"});
  return {};
}

}  // namespace annals::input
