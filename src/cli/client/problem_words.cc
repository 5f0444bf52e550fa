#include "cli/client/problem_words.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

namespace annals::cli {
namespace {

std::string words_of(const boost::json::object& problem, std::size_t skip) {
  std::string message(problem.at("msg").as_string());
  const bool place_says_nothing = problem.at("type") == "value_error.jsondecode";
  std::vector<std::string> place;
  for (const auto& part : problem.at("loc").as_array()) {
    place.push_back(part.is_string() ? std::string(part.as_string()) : boost::json::serialize(part));
  }
  if (place_says_nothing) return "invalid JSON: " + message;
  if (place.size() <= skip) return message;
  place.erase(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(skip));
  return fmt::format("{}: {}", fmt::join(place, "."), message);
}

}  // namespace

std::string words_of(const input::FieldProblem& problem) {
  return words_of(input::detail_of({problem}).at(0), 0);
}

std::string words_of(const boost::json::value& problem, std::size_t skip) {
  // The answer may come from a proxy, in any shape.
  const auto* object = problem.if_object();
  const bool known = object != nullptr && object->contains("loc") && object->at("loc").is_array() &&
                     object->contains("msg") && object->at("msg").is_string() && object->contains("type");
  return known ? words_of(*object, skip) : boost::json::serialize(problem);
}

}  // namespace annals::cli
