// Checks what the routes declare about themselves, for OpenAPI and metrics.

#include <gtest/gtest.h>

#include <set>

#include "api/api.h"
#include "api/local_files.h"
#include "leases/in_process_leases.h"
#include "support/driven.h"
#include "support/scripted_engine.h"
#include "support/temporary_directory.h"
#include "tenants/tenancy.h"

namespace annals::api {
namespace {

/// The whole API over an engine that is never asked.
class RoutesTest : public testing::Test {
 protected:
  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::TemporaryDirectory directory_;
  files::LocalFileStore files_{directory_.path(),
                               files::FileLinks(crypto::Secret("key"), [] { return std::string(); })};
  LocalFiles local_files_{files_, 1};
  leases::InProcessLeases leases_;
  tenants::Databases databases_{engine_};
  tenants::Tenancy tenancy_{{.engine = engine_,
                             .leases = leases_,
                             .databases = databases_,
                             .belongings = {},
                             .directory = {.max_age = std::chrono::hours(1)}}};
  events::BrokenParts broken_parts_{engine_};
  access::PlatformKeys keys_{{}};
  access::Authenticator authenticator_{keys_, tenancy_.directory(), engine_};
  io::Budget budget_{1};
  lanes::Lanes lanes_{driver_.executor(), nullptr, {}};
  lanes::Intake intake_{lanes_, budget_};
  events::Changes changes_{true};
  history::History history_{history::History::Settings{}, changes_};
  Api api_{{.authenticator = authenticator_,
            .engine = engine_,
            .reconciliation = tenancy_.reconciliation(),
            .broken_parts = broken_parts_,
            .lifecycle = tenancy_.lifecycle(),
            .registry = tenancy_.registry(),
            .directory = tenancy_.directory(),
            .intake = intake_,
            .history = history_,
            .changes = changes_,
            .files = files_,
            .tenant_field = "source",
            .public_url = [] { return std::string(); },
            .file_url_time = std::chrono::seconds(1)},
           [this](http::Router& router) { local_files_.add_to(router); }};
};

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
      EXPECT_TRUE(parameter.type == "string" || parameter.type == "integer" || parameter.type == "boolean");
      if (parameter.place == http::Parameter::Place::path) in_path.insert(parameter.name);
    }
    EXPECT_EQ(in_path, parameters_in(route->path)) << operation.name;
  }
}

TEST_F(RoutesTest, EveryRouteOfTheApiRefusesACallerWithoutCredentials) {
  const std::set<std::string> open{"healthz", "readyz"};
  for (const http::Route* route : api_.router().routes()) {
    http::Request head;
    head.method = route->method;
    head.path = route->path;
    std::optional<ErrorCode> refusal;
    try {
      refusal = support::error_of(driver_, route->admit(head));
    } catch (const Error& error) {  // a link is checked at once
      refusal = error.code();
    }
    EXPECT_EQ(refusal.has_value(), !open.contains(route->operation.name)) << route->operation.name;
  }
}

}  // namespace
}  // namespace annals::api
