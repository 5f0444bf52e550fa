#include "http/query_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <expected>
#include <stdexcept>
#include <unordered_map>

#include "http/operation.h"
#include "input/foreign_id.h"
#include "text/ascii.h"

namespace annals::http {
namespace {

using input::FieldProblem;

std::expected<std::int64_t, FieldProblem> checked_integer(const std::string& text, const IntegerRule& rule) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || rest != end) return std::unexpected(input::not_an_integer());
  const bool exceeds_64_bits = error == std::errc::result_out_of_range;
  if (exceeds_64_bits ? text.starts_with('-') : value < rule.min) {
    return std::unexpected(input::less_than(rule.min));
  }
  if (exceeds_64_bits || value > rule.max) {
    return std::unexpected(input::greater_than(static_cast<std::uint64_t>(rule.max)));
  }
  return value;
}

bool declares(const Operation& operation, std::string_view name) {
  return std::ranges::any_of(operation.parameters, [&](const Parameter& parameter) {
    return parameter.place == Parameter::Place::query && parameter.name == name;
  });
}

}  // namespace

void QueryFields::note_reading(std::string_view name) {
  read_.emplace(name);
  if (request_.declared == nullptr || declares(*request_.declared, name)) return;
  throw std::logic_error("the route does not declare the parameter " + std::string(name));
}

const std::string* QueryFields::find(std::string_view name) {
  note_reading(name);
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
  add_problem(name, std::move(value.error()));
  return rule.fallback;
}

std::optional<std::string> QueryFields::one_of(std::string_view name,
                                               const std::vector<std::string>& permitted) {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  if (std::ranges::find(permitted, *text) != permitted.end()) return *text;
  add_problem(name, input::none_of(permitted));
  return std::nullopt;
}

std::vector<std::pair<std::string, std::vector<std::string>>> QueryFields::with_prefixes(
    std::string_view declared_as, const std::vector<std::string_view>& prefixes) {
  note_reading(declared_as);
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  std::unordered_map<std::string_view, std::size_t> places;  // in `found`
  for (const auto& [name, value] : request_.query) {
    const auto begins = [&name](std::string_view prefix) { return name.starts_with(prefix); };
    if (std::ranges::none_of(prefixes, begins)) continue;
    const auto [place, is_new] = places.try_emplace(name, found.size());
    if (is_new) {
      read_.insert(name);
      found.emplace_back(name, std::vector<std::string>());
    }
    found[place->second].second.push_back(value);
  }
  return found;
}

std::vector<ForeignId> QueryFields::ids(std::string_view name, std::uint64_t max) {
  std::vector<ForeignId> values;
  for (const std::string& text : texts(name)) {
    auto value = input::id_in_notation(text, max);
    if (value) {
      values.push_back(*std::move(value));
    } else {
      add_problem(name, std::move(value.error()));
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
  if (std::ranges::find(kFalse, value) == kFalse.end()) add_problem(name, input::not_a_boolean());
  return false;
}

std::optional<std::string> QueryFields::text(std::string_view name) {
  const std::string* found = find(name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::vector<std::string> QueryFields::texts(std::string_view name) {
  note_reading(name);
  std::vector<std::string> values;
  for (const auto& [parameter, value] : request_.query) {
    if (parameter == name) values.push_back(value);
  }
  return values;
}

void QueryFields::add_problem(std::string_view name, FieldProblem problem) {
  input::list_problem(problems_, input::at({"query", std::string(name)}, std::move(problem)));
}

void QueryFields::add_header_problem(std::string_view name, FieldProblem problem) {
  input::list_problem(problems_, input::at({"header", std::string(name)}, std::move(problem)));
}

void QueryFields::forbid_others() {
  for (const auto& [parameter, value] : request_.query) {
    const bool is_new = read_.insert(parameter).second;  // one problem, however often it is repeated
    if (is_new) add_problem(parameter, input::unknown_field());
  }
}

void QueryFields::check() const {
  if (!problems_.empty()) throw input::InvalidInput(problems_);
}

}  // namespace annals::http
