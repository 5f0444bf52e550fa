#include "http/openapi/document.h"

#include <gtest/gtest.h>

#include <functional>

#include <boost/json.hpp>

namespace annals::http {
namespace {

boost::asio::awaitable<Handler> admit_nobody(const Request& /*head*/) {
  co_return nullptr;
}

/// Returns a route that says all that it has to.
Route complete() {
  return {.method = "GET",
          .path = "/api/things/{thing_id}",
          .operation = {.name = "get_thing",
                        .summary = "Returns one thing.",
                        .tag = {.name = "Things", .summary = "What there is."},
                        .parameters = {{.place = Parameter::Place::path,
                                        .name = "thing_id",
                                        .type = "string",
                                        .summary = "The thing's id.",
                                        .required = true}},
                        .answers = {{.status = 200, .summary = "The thing.", .schema = "object"}}},
          .admit = admit_nobody};
}

boost::json::object document_of(Route route) {
  Router router;
  router.add(std::move(route));
  return openapi_document(router, {.title = "Test", .version = "1", .description = "A test.", .path = ""});
}

boost::json::value at(const boost::json::object& document, std::string_view pointer) {
  return boost::json::value(document).at_pointer(pointer);
}

constexpr std::string_view kGet = "/paths/~1api~1things~1{thing_id}/get";

std::string in_operation(std::string_view rest) {
  return std::string(kGet) + std::string(rest);
}

TEST(OpenapiDocument, HasWhatARouteSays) {
  const auto document = document_of(complete());
  EXPECT_EQ(at(document, in_operation("/operationId")), "getThing");
  EXPECT_EQ(at(document, in_operation("/parameters/0/name")), "thing_id");
  EXPECT_EQ(at(document, in_operation("/responses/200/description")), "The thing.");
  EXPECT_EQ(at(document, "/tags/0/name"), "Things");
  EXPECT_EQ(at(document, "/servers/0/url"), "/");
  EXPECT_EQ(at(document, in_operation("/security")), boost::json::array());
}

TEST(OpenapiDocument, AddsWhatFollowsFromWhoMayCall) {
  auto route = complete();
  route.admit = {admit_nobody, Access{.key_roles = {"admin"},
                                      .has_tenant_secret = true,
                                      .tenant_header = Access::TenantHeader::required}};
  const auto document = document_of(std::move(route));
  EXPECT_EQ(at(document, in_operation("/parameters/1/name")), "X-Client-Id");
  EXPECT_EQ(at(document, in_operation("/responses/401/$ref")), "#/components/responses/UnauthorizedCaller");
  EXPECT_EQ(at(document, in_operation("/responses/400/$ref")), "#/components/responses/UnknownClient");
  EXPECT_EQ(at(document, in_operation("/security")).as_array().size(), 3U);
  EXPECT_TRUE(at(document, "/components/schemas").as_object().contains("Problem"));
}

TEST(OpenapiDocument, JoinsAnAnswerOfTheRouteWithOneThatFollows) {
  auto route = complete();
  route.admit = {admit_nobody, Access{.key_roles = {"admin"}}};
  route.operation.answers.push_back(
      {.status = 403, .summary = "It is closed.", .examples = {R"({"detail":"Closed."})"}});
  const auto document = document_of(std::move(route));
  EXPECT_EQ(at(document, in_operation("/responses/403/description")),
            "It is closed. The key's role does not permit this.");
  EXPECT_EQ(
      at(document, in_operation("/responses/403/content/application~1json/examples")).as_object().size(), 2U);
}

TEST(OpenapiDocument, IsNotMadeIfARouteDoesNotDescribeItself) {
  const std::vector<std::function<void(Route&)>> gaps{
      [](Route& route) { route.operation.name.clear(); },
      [](Route& route) { route.operation.summary.clear(); },
      [](Route& route) { route.operation.tag = {}; },
      [](Route& route) { route.operation.answers.clear(); },
      [](Route& route) { route.operation.parameters.clear(); },
      [](Route& route) { route.operation.parameters.front().name = "other_id"; },
      [](Route& route) { route.operation.parameters.front().summary.clear(); },
      [](Route& route) { route.operation.answers.front().summary.clear(); },
      [](Route& route) { route.operation.answers.front().schema = {}; },
      [](Route& route) { route.operation.answers.front().examples = {"{"}; },
  };
  EXPECT_NO_THROW(document_of(complete()));
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    auto route = complete();
    gaps[i](route);
    EXPECT_THROW(document_of(std::move(route)), std::invalid_argument) << "gap " << i;
  }
}

}  // namespace
}  // namespace annals::http
