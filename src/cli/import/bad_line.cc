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

}  // namespace annals::cli
