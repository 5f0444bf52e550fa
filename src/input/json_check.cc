#include "input/json_check.h"

#include <cstdint>

#include <boost/json/basic_parser_impl.hpp>

#include "input/json_flaw.h"
#include "input/json_string.h"

namespace annals::input {
namespace {

using boost::json::string_view;
using boost::system::error_code;

// Receives what the parser finds and keeps none of it: only the verdict counts.
struct Ignore {
  // NOLINTBEGIN(readability-identifier-naming): Boost's names
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  // NOLINTEND(readability-identifier-naming)

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t, error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(string_view, std::size_t, error_code&) { return true; }
  bool on_key(string_view, std::size_t, error_code&) { return true; }
  bool on_string_part(string_view, std::size_t, error_code&) { return true; }
  bool on_string(string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
  bool on_double(double, string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

Stop read(std::string_view text, std::size_t max_depth) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::basic_parser<Ignore> parser(options);
  Stop stop{.error = {}, .used = 0, .max_depth = max_depth};
  stop.used = parser.write_some(/*more=*/false, text.data(), text.size(), stop.error);
  if (!stop.error && stop.used < text.size()) stop.error = boost::json::error::extra_data;
  return stop;
}

// Returns whether the flaw may be one for Boost.JSON alone. What it says of a surrogate that is followed by
// anything but an escape, it says of every other mistake too.
bool may_be_valid(std::string_view text, const error_code& error) {
  using Cause = boost::json::error;
  if (error == Cause::syntax) return text.contains("\\ud") || text.contains("\\uD");
  return error == Cause::exponent_overflow || error == Cause::illegal_leading_surrogate ||
         error == Cause::illegal_trailing_surrogate || error == Cause::expected_utf16_escape;
}

}  // namespace

std::optional<FieldProblem> find_json_flaw(std::string_view text, std::size_t max_depth) {
  Stop stop = read(text, max_depth);
  // Boost.JSON wants to have a character for every escape and a number for every exponent. Here no more is
  // asked than whether the text is JSON, so the few texts with others are read again without these.
  if (may_be_valid(text, stop.error)) stop = read(without_extremes(text), max_depth);
  if (!stop.error) return std::nullopt;
  return json_problem(text, stop);
}

}  // namespace annals::input
