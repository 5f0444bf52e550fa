// Checks what the routes declare about themselves, for OpenAPI and metrics.

#include <set>

#include "api/audit/audited.h"
#include "http/openapi/common_answers.h"
#include "http/traffic.h"
#include "unit/api/whole_api.h"

namespace annals::api {
namespace {

using RoutesTest = WholeApi;

std::set<std::string> parameters_in(const std::string& path) {
  std::set<std::string> names;
  for (auto at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
    names.insert(path.substr(at + 1, path.find('}', at) - at - 1));
  }
  return names;
}

bool is_a_sentence(const std::string& text) {
  return !text.empty() && text.ends_with('.');
}

TEST_F(RoutesTest, EveryRouteHasANameOfItsOwnThatFitsALabel) {
  constexpr std::string_view kSnakeCase = "abcdefghijklmnopqrstuvwxyz_";
  std::set<std::string> names;
  for (const http::Route* route : api_.router().routes()) {
    const std::string& name = route->operation.name;
    EXPECT_FALSE(name.empty()) << route->method << " " << route->path;
    EXPECT_EQ(name.find_first_not_of(kSnakeCase), std::string::npos) << name;
    EXPECT_TRUE(names.insert(name).second) << name << " names two routes";
  }
  EXPECT_GT(names.size(), 15U);
}

TEST_F(RoutesTest, EveryRouteSaysWhatItDoesTakesAndAnswers) {
  for (const http::Route* route : api_.router().routes()) {
    const http::Operation& operation = route->operation;
    EXPECT_TRUE(is_a_sentence(operation.summary)) << operation.name;
    EXPECT_FALSE(operation.answers.empty()) << operation.name;
    for (const auto& answer : operation.answers) EXPECT_TRUE(is_a_sentence(answer.summary)) << operation.name;
    std::set<std::string> in_path;
    for (const auto& parameter : operation.parameters) {
      EXPECT_TRUE(is_a_sentence(parameter.summary)) << operation.name << " " << parameter.name;
      EXPECT_FALSE(parameter.type.is_any()) << operation.name << " " << parameter.name;
      if (parameter.place == http::Parameter::Place::path) in_path.insert(parameter.name);
    }
    EXPECT_EQ(in_path, parameters_in(route->path)) << operation.name;
  }
}

TEST_F(RoutesTest, EveryStatusThatARouteDeclaresIsCountedAsItself) {
  http::Traffic traffic(api_.router());
  std::set<int> declared;
  for (const http::Route* route : api_.router().routes()) {
    for (const auto& answer : route->operation.answers) declared.insert(answer.status);
    for (const auto& common : http::common_answers(*route)) {
      if (common.answer.status > 0) declared.insert(common.answer.status);
    }
  }
  for (const int status : declared) traffic.count({.status = status});
  std::set<int> counted;
  for (const auto& series : traffic.snapshot().requests) counted.insert(series.status);
  EXPECT_EQ(counted, declared);
}

TEST_F(RoutesTest, EveryRouteOfTheApiRefusesACallerWithoutCredentials) {
  const std::set<std::string> open{"healthz",
                                   "readyz",
                                   "get_openapi_document",
                                   "show_reference",
                                   "get_reference_file",
                                   "show_console",
                                   "get_console_file",
                                   "get_viewer",
                                   "get_viewer_of_version"};
  for (const http::Route* route : api_.router().routes()) {
    EXPECT_EQ(refusal_of(*route, {}).has_value(), !open.contains(route->operation.name))
        << route->operation.name;
  }
}

TEST_F(RoutesTest, EveryRouteThatChangesSomethingOrGivesOutDataGoesOnRecord) {
  // What these store is in the history of the tenant itself.
  const std::set<std::string> stores{"create_event_from_event_bridge", "create_events", "upload_file"};
  const std::set<std::string> gives_out{"export_events", "get_event_file", "download_file"};
  for (const http::Route* route : api_.router().routes()) {
    const std::string& name = route->operation.name;
    const bool reads = route->method == "GET" || route->method == "HEAD";
    const bool expected = reads ? gives_out.contains(name) : !stores.contains(name);
    EXPECT_EQ(find_audited(name) != nullptr, expected) << name;
  }
}

}  // namespace
}  // namespace annals::api
