#include "cli/import/bad_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

#include "http/problem.h"
#include "text/utf8.h"

namespace annals::cli {
namespace {

/// The text with every byte that is no UTF-8 replaced, so that it can stand in JSON.
std::string readable(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string result;
  while (!text.empty()) {
    const std::size_t length = text::utf8_sequence(text);
    result += length > 0 ? text.substr(0, length) : kReplacement;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::string words_of(const boost::json::object& problem, std::size_t skip) {
  std::string message(problem.at("msg").as_string());
  const bool place_says_nothing = problem.at("type") == "value_error.jsondecode";
  std::vector<std::string> place;
  for (const auto& part : problem.at("loc").as_array()) {
    place.push_back(part.is_string() ? std::string(part.as_string()) : boost::json::serialize(part));
  }
  if (place_says_nothing) return "it is not JSON: " + message;
  if (place.size() <= skip) return message;
  place.erase(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(skip));
  return fmt::format("{}: {}", fmt::join(place, "."), message);
}

}  // namespace

std::string BadLine::words() const {
  return fmt::format("line {}: {}", line, fmt::join(problems, "; "));
}

std::string BadLine::json() const {
  boost::json::array errors(problems.begin(), problems.end());
  const boost::json::object object{{"line", line}, {"errors", std::move(errors)}, {"text", readable(text)}};
  return boost::json::serialize(object) + "\n";
}

std::string words_of(const FieldProblem& problem) {
  return words_of(http::detail_of({problem}).at(0), 0);
}

std::string words_of(const boost::json::value& problem, std::size_t skip) {
  // Whoever answers may be a proxy: what it says is shown as it is.
  const auto* object = problem.if_object();
  const bool known = object != nullptr && object->contains("loc") && object->at("loc").is_array() &&
                     object->contains("msg") && object->at("msg").is_string() && object->contains("type");
  return known ? words_of(*object, skip) : boost::json::serialize(problem);
}

}  // namespace annals::cli
