#include "http/router.h"

#include <gtest/gtest.h>

#include "http/server/request_target.h"

namespace annals::http {
namespace {

boost::asio::awaitable<Handler> admit_nobody(const Request& /*head*/) {
  return {};
}

Router routes() {
  Router router;
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/api/tenants"},
                                                        {"POST", "/api/tenants"},
                                                        {"GET", "/api/tenants/{client_id}"},
                                                        {"GET", "/api/tenants/{client_id}/files/{file_id}"},
                                                        {"DELETE", "/api/delete-tenant"}}) {
    router.add({.method = method, .path = path, .operation = {}, .admit = admit_nobody});
  }
  return router;
}

std::optional<Router::Match> find(const Router& router, std::string_view method, std::string_view target) {
  const auto parsed = parse_request_target(target);
  return parsed ? router.find(method, parsed->segments) : std::nullopt;
}

TEST(Router, FindsARouteByMethodAndPath) {
  const Router router = routes();
  const auto match = find(router, "POST", "/api/tenants");
  ASSERT_TRUE(match && match.value().route != nullptr);
  EXPECT_EQ(match.value().route->method, "POST");
  EXPECT_EQ(match.value().route->path, "/api/tenants");
}

TEST(Router, PathParametersAreTheDecodedSegments) {
  const Router router = routes();
  const auto match = find(router, "GET", "/api/tenants/a%2Fb%20c/files/%C3%BC");
  ASSERT_TRUE(match && match.value().route != nullptr) << "an encoded slash must not split a segment";
  EXPECT_EQ(match.value().path_parameters.at("client_id"), "a/b c");
  EXPECT_EQ(match.value().path_parameters.at("file_id"), "ü");
}

TEST(Router, AnUnknownPathHasNoMatch) {
  const Router router = routes();
  for (const std::string_view path :
       {"/", "/api", "/api/tenants/", "/api//tenants", "/API/tenants", "/api/tenants/1/files",
        "/api/tenants//files/1", "/api%2Ftenants", "//api/tenants"}) {
    EXPECT_FALSE(find(router, "GET", path)) << path;
  }
}

TEST(Router, AKnownPathWithAnotherMethodNamesTheAllowedOnes) {
  const Router router = routes();
  for (const std::string_view method : {"HEAD", "OPTIONS", "PUT", "get"}) {
    const auto match = find(router, method, "/api/tenants");
    ASSERT_TRUE(match) << method;
    EXPECT_EQ(match.value().route, nullptr) << method;
    EXPECT_EQ(match.value().allowed_methods, (std::vector<std::string>{"GET", "POST"}));
  }
}

TEST(Router, TheRootIsAPathLikeAnyOther) {
  Router router;
  router.add({.method = "GET", .path = "/", .operation = {}, .admit = admit_nobody});
  EXPECT_TRUE(find(router, "GET", "/"));
  EXPECT_FALSE(find(router, "GET", "/x"));
}

TEST(Router, RefusesAPathWithoutASlash) {
  Router router;
  EXPECT_THROW(router.add({.method = "GET", .path = "api", .operation = {}, .admit = admit_nobody}),
               std::invalid_argument);
}

}  // namespace
}  // namespace annals::http
