#include "http/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <expected>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "http/json_body.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace annals::http {
namespace {

std::optional<FieldProblem> broken_rule(std::string_view text, const TextRule& rule) {
  const std::size_t length = text::code_points(text);
  if (length < rule.min_length) {
    return FieldProblem{.loc = {},
                        .msg = fmt::format("ensure this value has at least {} characters", rule.min_length),
                        .type = "value_error.any_str.min_length",
                        .ctx = {{"limit_value", static_cast<std::int64_t>(rule.min_length)}}};
  }
  if (length > rule.max_length) {
    return FieldProblem{.loc = {},
                        .msg = fmt::format("ensure this value has at most {} characters", rule.max_length),
                        .type = "value_error.any_str.max_length",
                        .ctx = {{"limit_value", static_cast<std::int64_t>(rule.max_length)}}};
  }
  if (rule.matches != nullptr && !rule.matches(text)) {
    return FieldProblem{.loc = {},
                        .msg = fmt::format("string does not match regex \"{}\"", rule.pattern),
                        .type = "value_error.str.regex",
                        .ctx = {{"pattern", std::string(rule.pattern)}}};
  }
  return std::nullopt;
}

// What is wrong with the value of a required string field; null when it is absent.
std::optional<FieldProblem> text_problem(const boost::json::value* value, const TextRule& rule) {
  if (value == nullptr)
    return FieldProblem{.loc = {}, .msg = "field required", .type = "value_error.missing"};
  if (value->is_null()) {
    return FieldProblem{
        .loc = {}, .msg = "none is not an allowed value", .type = "type_error.none.not_allowed"};
  }
  if (!value->is_string())
    return FieldProblem{.loc = {}, .msg = "str type expected", .type = "type_error.str"};
  return broken_rule(value->get_string(), rule);
}

std::expected<std::int64_t, FieldProblem> checked_integer(const std::string& text, const IntegerRule& rule) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || rest != end) {
    return std::unexpected(
        FieldProblem{.loc = {}, .msg = "value is not a valid integer", .type = "type_error.integer"});
  }
  const bool too_large_for_64_bits = error == std::errc::result_out_of_range;
  if (too_large_for_64_bits ? text.starts_with('-') : value < rule.min) {
    return std::unexpected(
        FieldProblem{.loc = {},
                     .msg = fmt::format("ensure this value is greater than or equal to {}", rule.min),
                     .type = "value_error.number.not_ge",
                     .ctx = {{"limit_value", rule.min}}});
  }
  if (too_large_for_64_bits || value > rule.max) {
    return std::unexpected(
        FieldProblem{.loc = {},
                     .msg = fmt::format("ensure this value is less than or equal to {}", rule.max),
                     .type = "value_error.number.not_le",
                     .ctx = {{"limit_value", rule.max}}});
  }
  return value;
}

void note_at(std::vector<FieldProblem>& problems, std::string_view place, std::string_view name,
             FieldProblem problem) {
  problem.loc = {std::string(place), std::string(name)};
  problems.push_back(std::move(problem));
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
  note_at(problems_, "body", name, std::move(*problem));
  return {};
}

void BodyFields::check() const {
  if (!problems_.empty()) throw InvalidInput(problems_);
}

const std::string* QueryFields::find(std::string_view name) {
  asked_.emplace_back(name);
  const std::string* last = nullptr;
  for (const auto& [parameter, value] : request_.query) {
    if (parameter == name) last = &value;
  }
  return last;
}

std::int64_t QueryFields::integer(std::string_view name, const IntegerRule& rule) {
  const std::string* text = find(name);
  if (text == nullptr) return rule.fallback;
  auto value = checked_integer(*text, rule);
  if (value) return *value;
  note_at(problems_, "query", name, std::move(value.error()));
  return rule.fallback;
}

std::optional<std::string> QueryFields::one_of(std::string_view name,
                                               const std::vector<std::string>& permitted) {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  if (std::ranges::find(permitted, *text) != permitted.end()) return *text;
  const std::string list = fmt::format("'{}'", fmt::join(permitted, "', '"));
  note_at(problems_, "query", name,
          {.loc = {},
           .msg = fmt::format("value is not a valid enumeration member; permitted: {}", list),
           .type = "type_error.enum"});
  return std::nullopt;
}

std::vector<std::uint64_t> QueryFields::integers(std::string_view name, std::uint64_t max) {
  std::vector<std::uint64_t> values;
  for (const std::string& text : texts(name)) {
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool digits = rest == text.data() + text.size() && !text.empty();
    if (digits && (error == std::errc::result_out_of_range || value > max)) {
      note(name, fmt::format("ensure this value is less than or equal to {}", max),
           "value_error.number.not_le");
      problems_.back().ctx = {{"limit_value", max}};
    } else if (digits && error == std::errc()) {
      values.push_back(value);
    } else if (text.size() > 1 && text.front() == '-' &&
               text.find_first_not_of("0123456789", 1) == std::string::npos) {
      note(name, "ensure this value is greater than or equal to 0", "value_error.number.not_ge");
      problems_.back().ctx = {{"limit_value", std::int64_t{0}}};
    } else {
      note(name, "value is not a valid integer", "type_error.integer");
    }
  }
  return values;
}

std::optional<bool> QueryFields::flag(std::string_view name) {
  constexpr std::array<std::string_view, 6> kTrue{"true", "t", "yes", "y", "on", "1"};
  constexpr std::array<std::string_view, 6> kFalse{"false", "f", "no", "n", "off", "0"};
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  const std::string value = text::to_lower(*text);
  if (std::ranges::find(kTrue, value) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, value) == kFalse.end()) {
    note(name, "value could not be parsed to a boolean", "type_error.bool");
  }
  return false;
}

std::optional<std::string> QueryFields::text(std::string_view name) {
  const std::string* found = find(name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::vector<std::string> QueryFields::texts(std::string_view name) {
  asked_.emplace_back(name);
  std::vector<std::string> values;
  for (const auto& [parameter, value] : request_.query) {
    if (parameter == name) values.push_back(value);
  }
  return values;
}

void QueryFields::note(std::string_view name, std::string message, std::string type) {
  note_at(problems_, "query", name, {.loc = {}, .msg = std::move(message), .type = std::move(type)});
}

void QueryFields::note_header(std::string_view name, std::string message, std::string type) {
  note_at(problems_, "header", name, {.loc = {}, .msg = std::move(message), .type = std::move(type)});
}

void QueryFields::forbid_others() {
  for (const auto& [parameter, value] : request_.query) {
    if (std::ranges::find(asked_, parameter) != asked_.end()) continue;
    note(parameter, "extra fields not permitted", "value_error.extra");
    asked_.push_back(parameter);  // once, however often it is repeated
  }
}

void QueryFields::check() const {
  if (!problems_.empty()) throw InvalidInput(problems_);
}

}  // namespace annals::http
