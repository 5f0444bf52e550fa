#include "cli/import/bad_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

#include "input/problems.h"
#include "text/utf8.h"

namespace annals::cli {
std::string BadLine::words() const {
  return fmt::format("line {}: {}", line, fmt::join(problems, "; "));
}

std::string BadLine::json() const {
  boost::json::array errors(problems.begin(), problems.end());
  const boost::json::object object{
      {"line", line}, {"errors", std::move(errors)}, {"text", text::replace_invalid_utf8(text)}};
  return boost::json::serialize(object) + "\n";
}

bool BadLine::may_begin(std::string_view file) {
  constexpr std::string_view kLine = "{\"line\":";
  constexpr std::string_view kErrors = ",\"errors\":[";
  if (!file.starts_with(kLine)) return file.empty();
  const auto behind = file.find_first_not_of("0123456789", kLine.size());
  return behind != std::string_view::npos && file.substr(behind).starts_with(kErrors);
}

}  // namespace annals::cli
