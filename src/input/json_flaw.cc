#include "input/json_flaw.h"

#include <algorithm>

#include <boost/json/error.hpp>

#include "text/utf8.h"

namespace annals::input {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view what_is_wrong(const boost::system::error_code& error, std::string_view before) {
  using Cause = boost::json::error;
  if (error == Cause::extra_data) return "Extra data";
  if (error == Cause::too_deep) return "Nested too deeply";
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

FieldProblem json_problem(const boost::system::error_code& error, std::string_view before) {
  const auto offset = static_cast<std::int64_t>(text::code_points(before));
  const std::int64_t line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // 0 on the first line, because npos + 1 is 0
  const auto column = static_cast<std::int64_t>(text::code_points(before.substr(line_start))) + 1;
  return not_json({.what = what_is_wrong(error, before), .offset = offset, .line = line, .column = column});
}

}  // namespace annals::input
