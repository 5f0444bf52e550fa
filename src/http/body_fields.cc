#include "http/body_fields.h"

#include <optional>

#include <boost/json/object.hpp>

#include "http/json_body.h"
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

}  // namespace

struct BodyFields::Document {
  boost::json::object object;
};

BodyFields::BodyFields(const Request& request)
    : document_(std::make_unique<Document>(parse_json_body(request))) {}

BodyFields::~BodyFields() = default;

std::string BodyFields::text(std::string_view name, const TextRule& rule) {
  const boost::json::value* value = document_->object.if_contains(name);
  auto problem = text_problem(value, rule);
  if (!problem) return std::string(value->get_string());
  problems_.push_back(input::at({"body", std::string(name)}, *std::move(problem)));
  return {};
}

void BodyFields::check() const {
  if (!problems_.empty()) throw input::InvalidInput(problems_);
}

}  // namespace annals::http
