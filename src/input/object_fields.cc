#include "input/object_fields.h"

#include <charconv>
#include <utility>

#include "input/foreign_id.h"

namespace annals::input {
namespace {

using Kind = JsonValue::Kind;

}  // namespace

std::optional<std::vector<JsonMember>> members_of(const JsonValue& value, const Place& place,
                                                  Problems& problems) {
  if (value.kind() == Kind::object) {
    auto members = value.members(kMaxMembers + 1);
    if (members.size() <= kMaxMembers) return members;
    problems.push_back(at(place, more_items_than(kMaxMembers)));
    return std::nullopt;
  }
  problems.push_back(at(place, value.kind() == Kind::null ? none_not_allowed() : not_a_dict()));
  return std::nullopt;
}

void ObjectFields::add_problem(std::string_view name, FieldProblem problem) {
  problem.loc.insert(problem.loc.begin(), std::string(prefix_) + std::string(name));
  problems_.push_back(at(place_, std::move(problem)));
}

const JsonValue* ObjectFields::require(std::string_view name, const Field& field) {
  if (field && field->kind() != Kind::null) return &*field;
  add_problem(name, field ? none_not_allowed() : missing());
  return nullptr;
}

std::uint64_t ObjectFields::integer(std::string_view name, const Field& field, std::uint64_t max) {
  const JsonValue* const number = require(name, field);
  if (number == nullptr) return 0;
  const std::string_view text = number->text();
  if (number->kind() != Kind::number || text.find_first_of(".eE") != std::string_view::npos) {
    add_problem(name, not_an_integer());
    return 0;
  }
  if (text == "-0") return 0;
  if (text.starts_with('-')) {
    add_problem(name, less_than(0));
    return 0;
  }
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > max) add_problem(name, greater_than(max));
  return value;
}

ForeignId ObjectFields::id(std::string_view name, const Field& field, std::uint64_t max) {
  if (!field || field->kind() != Kind::string) return {integer(name, field, max)};
  std::string room;
  auto id = string_id(field->string(room));
  if (id) return *std::move(id);
  add_problem(name, std::move(id.error()));
  return {};
}

Uuid ObjectFields::uuid(std::string_view name, const Field& field) {
  const JsonValue* const value = require(name, field);
  if (value == nullptr) return {};
  if (value->kind() == Kind::string) {
    std::string room;
    if (const auto uuid = parse_any_uuid(value->string(room))) return *uuid;
  }
  add_problem(name, not_a_uuid());
  return {};
}

Timestamp ObjectFields::time(std::string_view name, const Field& field) {
  const JsonValue* const value = require(name, field);
  if (value == nullptr) return {};
  if (value->kind() == Kind::string) {
    std::string room;
    const auto time = text::parse_time(value->string(room));
    if (time && text::is_storable(*time)) return *time;
    if (time) {
      add_problem(name, time_not_storable());
      return {};
    }
  }
  add_problem(name, not_a_time());
  return {};
}

std::string ObjectFields::text(std::string_view name, const Field& field) {
  const JsonValue* const value = require(name, field);
  if (value == nullptr) return {};
  if (value->kind() == Kind::string) return value->string();
  add_problem(name, not_a_string());
  return {};
}

}  // namespace annals::input
