#include "http/body_fields.h"

#include <algorithm>
#include <expected>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/json/object.hpp>

#include "http/json_body.h"
#include "http/operation.h"
#include "input/foreign_id.h"
#include "text/utf8.h"

namespace annals::http {
namespace {

using input::FieldProblem;

std::optional<FieldProblem> broken_rule(std::string_view text, const TextRule& rule) {
  const std::size_t length = text::code_points(text);
  if (length < rule.min_length) return input::shorter_than(rule.min_length);
  if (length > rule.max_length) return input::longer_than(rule.max_length);
  if (rule.matches != nullptr && !rule.matches(text)) return input::no_match(rule.pattern);
  return std::nullopt;
}

/// Returns what is wrong with the value of a required string field; `value` is null if the field is absent.
std::optional<FieldProblem> text_problem(const boost::json::value* value, const TextRule& rule) {
  if (value == nullptr) return input::missing();
  if (value->is_null()) return input::none_not_allowed();
  if (!value->is_string()) return input::not_a_string();
  return broken_rule(value->get_string(), rule);
}

std::expected<std::int64_t, FieldProblem> checked_integer(const boost::json::value* value, std::int64_t min,
                                                          std::int64_t max) {
  if (value == nullptr) return std::unexpected(input::missing());
  if (value->is_null()) return std::unexpected(input::none_not_allowed());
  if (value->is_uint64()) return std::unexpected(input::greater_than(static_cast<std::uint64_t>(max)));
  if (!value->is_int64()) return std::unexpected(input::not_an_integer());
  if (value->get_int64() < min) return std::unexpected(input::less_than(min));
  if (value->get_int64() > max) return std::unexpected(input::greater_than(static_cast<std::uint64_t>(max)));
  return value->get_int64();
}

std::expected<Timestamp, FieldProblem> checked_time(const boost::json::value& value) {
  const auto time = value.is_string() ? text::parse_time(value.get_string()) : std::nullopt;
  if (!time) return std::unexpected(input::not_a_time());
  if (!text::is_storable(*time)) return std::unexpected(input::time_not_storable());
  return *time;
}

std::expected<Uuid, FieldProblem> checked_uuid(const boost::json::value& item) {
  const auto uuid = item.is_string() ? parse_any_uuid(item.get_string()) : std::nullopt;
  if (!uuid) return std::unexpected(input::not_a_uuid());
  return *uuid;
}

/// Returns an integer from 0 to `max`, or a string.
std::expected<ForeignId, FieldProblem> checked_id(const boost::json::value& item, std::uint64_t max) {
  if (item.is_string()) return input::string_id(item.get_string());
  if (item.is_int64() && item.get_int64() < 0) return std::unexpected(input::less_than(0));
  if (!item.is_int64() && !item.is_uint64()) return std::unexpected(input::not_an_integer());
  const auto value = item.to_number<std::uint64_t>();
  if (value > max) return std::unexpected(input::greater_than(max));
  return value;
}

}  // namespace

TextRule name_rule(std::size_t max_length) {
  return {.min_length = 1,
          .max_length = max_length,
          .pattern = text::kNoControlsPattern,
          .matches = text::has_no_controls};
}

struct BodyFields::Document {
  boost::json::object object;
  const Operation* declared = nullptr;  // by the route
  std::vector<std::string> path = {};   // the names of the objects around this one
  std::vector<std::string> read = {};   // names of the fields that were read

  /// Returns null if the field is absent. Throws std::logic_error if the route does not declare it.
  const boost::json::value* find(std::string_view name) {
    read.emplace_back(name);
    auto place = path;
    place.emplace_back(name);
    const bool is_known =
        declared == nullptr || (declared->body && declared->body->contents.front().schema.has_member(place));
    if (!is_known) throw std::logic_error("the route does not declare the field " + std::string(name));
    return object.if_contains(name);
  }
};

BodyFields::BodyFields(const Request& request)
    : document_(std::make_unique<Document>(
          Document{.object = parse_json_body(request), .declared = request.declared})),
      place_{"body"},
      problems_(std::make_shared<input::Problems>()) {}

BodyFields::BodyFields(std::unique_ptr<Document> document, input::Place place,
                       std::shared_ptr<input::Problems> problems)
    : document_(std::move(document)), place_(std::move(place)), problems_(std::move(problems)) {}

BodyFields::~BodyFields() = default;

std::string BodyFields::text(std::string_view name, const TextRule& rule) {
  return read_text(name, rule).value_or("");
}

/// Returns nullopt after adding a problem.
std::optional<std::string> BodyFields::read_text(std::string_view name, const TextRule& rule) {
  const boost::json::value* value = document_->find(name);
  auto problem = text_problem(value, rule);
  if (!problem) return std::string(value->get_string());
  add_problem(name, *std::move(problem));
  return std::nullopt;
}

std::optional<std::string> BodyFields::optional_text(std::string_view name, const TextRule& rule) {
  if (document_->find(name) == nullptr) return std::nullopt;
  return read_text(name, rule);
}

std::optional<std::string> BodyFields::nullable_text(std::string_view name, const TextRule& rule) {
  const boost::json::value* value = document_->find(name);
  if (value != nullptr && value->is_null()) return std::nullopt;
  return text(name, rule);
}

std::vector<std::string> BodyFields::names() const {
  std::vector<std::string> names;
  names.reserve(document_->object.size());
  for (const auto& member : document_->object) names.emplace_back(member.key());
  return names;
}

std::optional<bool> BodyFields::optional_flag(std::string_view name) {
  const boost::json::value* value = document_->find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  add_problem(name, value->is_null() ? input::none_not_allowed() : input::not_a_boolean());
  return std::nullopt;
}

std::int64_t BodyFields::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  auto value = checked_integer(document_->find(name), min, max);
  if (value) return *value;
  add_problem(name, std::move(value.error()));
  return min;
}

std::optional<std::int64_t> BodyFields::nullable_integer(std::string_view name, std::int64_t min,
                                                         std::int64_t max) {
  const boost::json::value* value = document_->find(name);
  if (value != nullptr && value->is_null()) return std::nullopt;
  return integer(name, min, max);
}

std::string BodyFields::one_of(std::string_view name, const std::vector<std::string>& permitted) {
  const std::size_t before = problems_->size();
  std::string value = text(name, {});
  if (problems_->size() > before || std::ranges::find(permitted, value) != permitted.end()) return value;
  add_problem(name, input::none_of(permitted));
  return {};
}

std::optional<Timestamp> BodyFields::nullable_time(std::string_view name) {
  const boost::json::value* value = document_->find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  auto time = checked_time(*value);
  if (time) return *time;
  add_problem(name, std::move(time.error()));
  return std::nullopt;
}

Uuid BodyFields::uuid(std::string_view name) {
  const std::size_t before = problems_->size();
  const auto uuid = parse_any_uuid(text(name, {}));
  if (uuid) return *uuid;
  if (problems_->size() == before) add_problem(name, input::not_a_uuid());
  return {};
}

/// Reads the items of a list that is not null. `check` returns an item's value or what is wrong with it.
template <class T, class Check>
std::vector<T> BodyFields::list(std::string_view name, std::size_t max_items, Check check) {
  const std::size_t before = problems_->size();
  const auto* items = document_->object.at(name).if_array();
  if (items == nullptr) {
    add_problem(name, input::not_a_list());
  } else if (items->empty()) {
    add_problem(name, input::fewer_items_than(1));
  } else if (items->size() > max_items) {
    add_problem(name, input::more_items_than(max_items));
  }
  if (problems_->size() > before) return {};
  std::vector<T> values;
  values.reserve(items->size());
  for (std::size_t i = 0; i < items->size(); ++i) {
    std::expected<T, FieldProblem> value = check((*items)[i]);
    if (value) {
      values.push_back(*std::move(value));
      continue;
    }
    input::Place place = place_;
    place.emplace_back(std::string(name));
    place.emplace_back(std::uint64_t{i});
    input::list_problem(*problems_, input::at(place, std::move(value.error())));
  }
  return problems_->size() > before ? std::vector<T>() : values;
}

std::optional<std::vector<Uuid>> BodyFields::nullable_uuids(std::string_view name, std::size_t max_items) {
  const boost::json::value* value = document_->find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  auto uuids = list<Uuid>(name, max_items, checked_uuid);
  return uuids.empty() ? std::nullopt : std::optional(std::move(uuids));
}

std::vector<ForeignId> BodyFields::optional_ids(std::string_view name, std::uint64_t max,
                                                std::size_t max_items) {
  refuse_null(name);
  const boost::json::value* value = document_->find(name);
  if (value == nullptr || value->is_null()) return {};
  return list<ForeignId>(name, max_items,
                         [max](const boost::json::value& item) { return checked_id(item, max); });
}

std::vector<std::string> BodyFields::optional_choices(std::string_view name,
                                                      const std::vector<std::string>& permitted) {
  refuse_null(name);
  const boost::json::value* value = document_->find(name);
  if (value == nullptr || value->is_null()) return {};
  return list<std::string>(name, permitted.size(),
                           [&](const boost::json::value& item) -> std::expected<std::string, FieldProblem> {
                             if (!item.is_string()) return std::unexpected(input::not_a_string());
                             std::string text(item.get_string());
                             if (std::ranges::find(permitted, text) == permitted.end()) {
                               return std::unexpected(input::none_of(permitted));
                             }
                             return text;
                           });
}

std::vector<std::string> BodyFields::texts(std::string_view name, const TextRule& rule,
                                           std::size_t max_items) {
  if (document_->find(name) == nullptr) {
    add_problem(name, input::missing());
    return {};
  }
  return list<std::string>(
      name, max_items, [&rule](const boost::json::value& item) -> std::expected<std::string, FieldProblem> {
        if (auto problem = text_problem(&item, rule)) return std::unexpected(*std::move(problem));
        return std::string(item.get_string());
      });
}

void BodyFields::object(std::string_view name, const std::function<void(BodyFields& fields)>& read) {
  const boost::json::value* value = document_->find(name);
  if (value == nullptr || value->is_null()) {
    add_problem(name, value == nullptr ? input::missing() : input::none_not_allowed());
    return;
  }
  if (!value->is_object()) {
    add_problem(name, input::not_a_dict());
    return;
  }
  input::Place place = place_;
  place.emplace_back(std::string(name));
  auto path = document_->path;
  path.emplace_back(name);
  BodyFields fields(
      std::make_unique<Document>(
          Document{.object = value->get_object(), .declared = document_->declared, .path = std::move(path)}),
      std::move(place), problems_);
  read(fields);
}

void BodyFields::refuse_null(std::string_view name) {
  const boost::json::value* value = document_->find(name);
  if (value != nullptr && value->is_null()) add_problem(name, input::none_not_allowed());
}

bool BodyFields::is_null(std::string_view name) {
  const boost::json::value* value = document_->find(name);
  return value != nullptr && value->is_null();
}

bool BodyFields::has(std::string_view name) const {
  return document_->object.contains(name);
}

void BodyFields::forbid_others() {
  for (const auto& member : document_->object) {
    const std::string_view name = member.key();
    if (std::ranges::find(document_->read, name) == document_->read.end()) {
      add_problem(name, input::unknown_field());
    }
  }
}

void BodyFields::add_problem(std::string_view name, input::FieldProblem problem) {
  input::Place place = place_;
  place.emplace_back(std::string(name));
  input::list_problem(*problems_, input::at(place, std::move(problem)));
}

void BodyFields::check() const {
  if (!problems_->empty()) throw input::InvalidInput(*problems_);
}

}  // namespace annals::http
