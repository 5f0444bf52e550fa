#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace annals::http {

/// A parameter of a route.
struct Parameter {
  enum class Place : std::uint8_t { path, query, header };

  Place place = Place::query;
  std::string name;
  std::string type;     // as JSON Schema names it: string, integer, boolean
  std::string summary;  // one sentence
  bool required = false;
  bool repeatable = false;
};

/// An answer that a route gives. The errors that every route can give (401, 404, 405, …) are not repeated.
struct Answer {
  int status = 200;
  std::string summary;  // one sentence
  std::string content_type = "application/json";
};

/// Describes what a route does, for those who read routes instead of calling them: the OpenAPI document,
/// metrics and logs.
struct Operation {
  std::string name;     // unique, in snake_case: it labels the route in metrics
  std::string summary;  // one sentence
  std::vector<Parameter> parameters = {};
  std::vector<Answer> answers = {};
};

}  // namespace annals::http
