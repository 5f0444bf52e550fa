#include "input/json_flaw.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <boost/json/error.hpp>

#include "input/document_kind.h"
#include "text/utf8.h"

namespace annals::input {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string what_is_wrong(std::string_view text, const Stop& stop) {
  using Cause = boost::json::error;
  const auto& error = stop.error;
  if (const auto kind = other_kind(text); !kind.empty()) return std::string(kind);
  if (error == Cause::extra_data) return "Extra data";
  if (error == Cause::too_deep) return fmt::format("Nested too deeply (more than {} levels)", stop.max_depth);
  const std::string_view before = text.substr(0, stop.used);
  if (before.find_first_not_of(kBlank) == std::string_view::npos) return "Expecting value";
  if (error == Cause::incomplete) return "Unexpected end of document";
  if (error == Cause::exponent_overflow) return "Number out of range";
  if (error == Cause::illegal_leading_surrogate || error == Cause::illegal_trailing_surrogate ||
      error == Cause::expected_utf16_escape) {
    return "Unpaired surrogate";
  }
  return "Unexpected character";
}

}  // namespace

FieldProblem json_problem(std::string_view text, const Stop& stop) {
  const std::string_view before = text.substr(0, stop.used);
  const auto offset = static_cast<std::int64_t>(text::code_points(before));
  const std::int64_t line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // 0 on the first line, because npos + 1 is 0
  const auto column = static_cast<std::int64_t>(text::code_points(before.substr(line_start))) + 1;
  return not_json({.what = what_is_wrong(text, stop), .offset = offset, .line = line, .column = column});
}

}  // namespace annals::input
