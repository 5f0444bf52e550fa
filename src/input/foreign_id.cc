#include "input/foreign_id.h"

#include <charconv>
#include <string>

#include "input/json_value.h"
#include "text/utf8.h"

namespace annals::input {
namespace {

FieldProblem problem_of(ForeignId::Flaw flaw) {
  switch (flaw) {
    case ForeignId::Flaw::empty:
      return shorter_than(1);
    case ForeignId::Flaw::too_long:
      return longer_than(ForeignId::kMaxLength);
    case ForeignId::Flaw::no_utf8:
    case ForeignId::Flaw::has_controls:
      break;
  }
  return no_match(text::kNoControlsPattern);
}

}  // namespace

std::expected<ForeignId, FieldProblem> string_id(std::string_view text) {
  auto id = ForeignId::of_string(text);
  if (!id) return std::unexpected(problem_of(id.error()));
  return *std::move(id);
}

std::expected<std::uint64_t, FieldProblem> unsigned_in_digits(std::string_view text, std::uint64_t max) {
  if (!is_integer_text(text)) return std::unexpected(not_an_integer());
  if (text.starts_with('-')) return std::unexpected(less_than(0));
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > max) return std::unexpected(greater_than(max));
  return value;
}

std::expected<ForeignId, FieldProblem> id_in_notation(std::string_view text, std::uint64_t max) {
  if (text.empty() || is_integer_text(text)) {
    auto integer = unsigned_in_digits(text, max);
    if (!integer) return std::unexpected(std::move(integer.error()));
    return ForeignId(*integer);
  }
  if (!text.starts_with('"')) return string_id(text);
  const auto json = parse_json(text, 1);
  if (!json || json->kind() != JsonValue::Kind::string) return std::unexpected(not_a_string());
  return string_id(json->string());
}

}  // namespace annals::input
