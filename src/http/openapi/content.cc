#include "http/openapi/content.h"

#include <stdexcept>

#include <boost/json.hpp>

namespace annals::http {
namespace {

using boost::json::object;

constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;
constexpr int kNoRoom = 507;

std::string_view name_of(Parameter::Place place) {
  switch (place) {
    case Parameter::Place::path:
      return "path";
    case Parameter::Place::query:
      return "query";
    case Parameter::Place::header:
      break;
  }
  return "header";
}

bool is_json(std::string_view type) {
  return type == "application/json" || type.ends_with("+json");
}

/// Returns an example as a value of JSON, or as a string if it is none.
boost::json::value example_value(const std::string& example, bool must_be_json) {
  boost::system::error_code error;
  auto value = boost::json::parse(example, error);
  if (error && must_be_json) throw std::invalid_argument("an example is not JSON: " + example);
  return error || !must_be_json ? boost::json::value(example) : value;
}

bool may_be_retried(int status) {
  return status == kTooManyRequests || status == kUnavailable || status == kNoRoom;
}

}  // namespace

object parameter_json(const Parameter& parameter) {
  const auto* type = parameter.type.json().if_contains("type");
  const bool is_text = type == nullptr || *type == "string";
  object result{
      {"name", parameter.name}, {"in", name_of(parameter.place)}, {"description", parameter.summary}};
  if (parameter.required) result["required"] = true;
  result["schema"] = parameter.repeatable ? schemas::list(parameter.type).json() : parameter.type.json();
  if (parameter.repeatable) result["explode"] = true;
  if (parameter.example.empty()) return result;
  auto value = example_value(parameter.example, !is_text);
  result["example"] = parameter.repeatable ? boost::json::value(boost::json::array{std::move(value)}) : value;
  return result;
}

object content_json(const Schema& schema, const std::vector<std::string>& examples, std::string_view type) {
  object result{{"schema", schema.json()}};
  object named;
  for (const std::string& example : examples) {
    if (example.empty()) continue;
    const std::string name = named.empty() ? "example" : "example" + std::to_string(named.size() + 1);
    named[name] = object{{"value", example_value(example, is_json(type))}};
  }
  if (!named.empty()) result["examples"] = std::move(named);
  return result;
}

object headers_json(const Answer& answer) {
  object headers;
  for (const Parameter& header : answer.headers) {
    headers[header.name] = object{{"description", header.summary}, {"schema", header.type.json()}};
  }
  if (may_be_retried(answer.status)) {
    headers["Retry-After"] = object{{"description", "After how many seconds a retry may succeed."},
                                    {"schema", schemas::count().json()}};
  }
  return headers;
}

}  // namespace annals::http
