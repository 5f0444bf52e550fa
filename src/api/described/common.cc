#include "api/described/common.h"

#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "api/described/limits.h"

namespace annals::api::described {

using http::Answer;
using http::Parameter;
using http::Schema;
namespace schemas = http::schemas;

Parameter path_parameter(std::string name, std::string summary, std::string_view example) {
  return {.place = Parameter::Place::path,
          .name = std::move(name),
          .type = schemas::text(),
          .summary = std::move(summary),
          .required = true,
          .example = std::string(example)};
}

Parameter header_parameter(std::string name, std::string summary) {
  return {.place = Parameter::Place::header,
          .name = std::move(name),
          .type = schemas::text(),
          .summary = std::move(summary)};
}

Schema name_for_people(std::size_t max_length) {
  return schemas::text(1, max_length, R"(^[^\u0000-\u001f\u007f-\u009f]*$)");
}

Schema integer(const http::IntegerRule& rule) {
  const auto schema = rule.max == INT64_MAX
                          ? Schema("integer").with("minimum", rule.min)
                          : schemas::integer(rule.min, static_cast<std::uint64_t>(rule.max));
  return rule.fallback == 0 && rule.min > 0 ? schema : schema.with("default", rule.fallback);
}

std::vector<Parameter> page_parameters(const std::string& of) {
  return {{.name = "limit", .type = integer(kPageLimit), .summary = of + " per page."},
          {.name = "offset", .type = integer(kPageOffset), .summary = of + " to skip."}};
}

Schema page(std::string_view name, const std::string& of, const Schema& item) {
  return schemas::named(
      name, fmt::format("A page of {}.", of),
      schemas::object(
          {{.name = "limit", .type = schemas::count(), .summary = "How many results a page has at most."},
           {.name = "offset", .type = schemas::count(), .summary = "How many results come before this page."},
           {.name = "total_count", .type = schemas::count(), .summary = "How many results there are."},
           {.name = "results", .type = schemas::list(item), .summary = "The results of this page."}}));
}

Answer error(int status, std::string summary, std::vector<std::string> details) {
  Answer answer{.status = status, .summary = std::move(summary)};
  for (std::string& detail : details) {
    answer.examples.push_back(boost::json::serialize(boost::json::object{{"detail", std::move(detail)}}));
  }
  return answer;
}

namespace {

Answer invalid(std::string summary, std::string_view place, std::string_view name, std::string_view msg,
               std::string_view type) {
  const boost::json::object problem{{"loc", boost::json::array{place, name}}, {"msg", msg}, {"type", type}};
  return {.status = 422,
          .summary = std::move(summary),
          .examples = {boost::json::serialize(boost::json::object{{"detail", {problem}}})}};
}

}  // namespace

Answer invalid_query(std::string_view parameter, std::string_view msg, std::string_view type) {
  return invalid("A parameter is invalid; all problems are listed.", "query", parameter, msg, type);
}

Answer invalid_body(std::string_view field, std::string_view msg, std::string_view type) {
  return invalid("The body is invalid; all problems are listed.", "body", field, msg, type);
}

http::BodyForms json_body(std::string summary, const Schema& schema, std::string example) {
  return {.summary = std::move(summary),
          .contents = {{.type = "application/json", .schema = schema, .example = std::move(example)}}};
}

}  // namespace annals::api::described
