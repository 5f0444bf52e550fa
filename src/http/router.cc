#include "http/router.h"

#include <algorithm>
#include <ranges>
#include <stdexcept>

namespace annals::http {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

bool is_parameter(std::string_view pattern) {
  return pattern.starts_with('{') && pattern.ends_with('}');
}

std::optional<Parameters> match(const std::vector<std::string>& pattern,
                                const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) return std::nullopt;
  Parameters parameters;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i])) {
      if (pattern[i] != segments[i]) return std::nullopt;
      continue;
    }
    if (segments[i].empty()) return std::nullopt;
    parameters.emplace(pattern[i].substr(1, pattern[i].size() - 2), segments[i]);
  }
  return parameters;
}

}  // namespace

void Router::add(Route route) {
  if (!route.path.starts_with('/'))
    throw std::invalid_argument("a route's path begins with a slash: " + route.path);
  if (!route.admit) throw std::invalid_argument("nothing decides who may call the route " + route.path);
  std::vector<std::string> pattern;
  for (const auto segment : std::views::split(std::string_view(route.path).substr(1), '/')) {
    pattern.emplace_back(segment.begin(), segment.end());
  }
  if (pattern.empty()) pattern.emplace_back();  // "/" has one segment, an empty one
  entries_.push_back(Entry{.route = std::move(route), .pattern = std::move(pattern)});
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> routes;
  routes.reserve(entries_.size());
  for (const Entry& entry : entries_) routes.push_back(&entry.route);
  return routes;
}

std::optional<Router::Match> Router::find(std::string_view method,
                                          const std::vector<std::string>& segments) const {
  Match result;
  for (const auto& [route, pattern] : entries_) {
    auto parameters = match(pattern, segments);
    if (!parameters) continue;
    if (route.method == method) {
      return Match{.route = &route, .path_parameters = std::move(*parameters), .allowed_methods = {}};
    }
    auto& allowed = result.allowed_methods;
    if (std::ranges::find(allowed, route.method) == allowed.end()) allowed.push_back(route.method);
  }
  if (result.allowed_methods.empty()) return std::nullopt;
  return result;
}

}  // namespace annals::http
