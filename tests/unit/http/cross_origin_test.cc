#include "http/cross_origin.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace annals::http {
namespace {

constexpr const char* kPage = "https://app.example.com";

Request question(std::vector<std::pair<std::string, std::string>> headers, std::string method = "OPTIONS") {
  Request request;
  request.method = std::move(method);
  request.headers = std::move(headers);
  return request;
}

std::string header_of(const Response& response, const std::string& name) {
  std::string values;
  for (const auto& [other, value] : response.headers) {
    if (other == name) values += (values.empty() ? "" : "; ") + value;
  }
  return values;
}

Response with_headers(const std::vector<std::string>& origins, const std::string& origin) {
  Response response;
  CrossOrigin(origins).add_headers(response, origin);
  return response;
}

TEST(CrossOrigin, without_origins_nothing_is_added_and_nothing_asked) {
  EXPECT_TRUE(with_headers({}, kPage).headers.empty());
  EXPECT_FALSE(CrossOrigin({}).is_allowed_preflight(
      question({{"origin", kPage}, {"access-control-request-method", "GET"}})));
}

TEST(CrossOrigin, a_listed_page_may_read_the_answer) {
  const auto response = with_headers({"https://other.example", kPage}, kPage);
  EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), kPage);
  EXPECT_EQ(header_of(response, "Vary"), "Origin");
  EXPECT_TRUE(header_of(response, "Access-Control-Expose-Headers").contains("ETag"));
  EXPECT_EQ(header_of(response, "Access-Control-Allow-Credentials"), "");
}

TEST(CrossOrigin, the_answer_to_another_page_says_only_that_it_depends_on_the_page) {
  for (const std::string origin :
       {"", "null", "https://app.example.com.evil.example", "http://app.example.com",
        "https://APP.example.com", "https://app.example.com:8443"}) {
    const auto response = with_headers({kPage}, origin);
    EXPECT_EQ(header_of(response, "Vary"), "Origin");
    EXPECT_EQ(response.headers.size(), 1U) << origin;
  }
}

TEST(CrossOrigin, an_answer_that_says_itself_who_reads_it_stays_as_it_is) {
  for (const std::string origin : {"", kPage, "https://evil.example"}) {
    Response response;
    response.headers = {{"Access-Control-Allow-Origin", "*"}};
    CrossOrigin({kPage}).add_headers(response, origin);
    EXPECT_EQ(response.headers.size(), 1U) << origin;
  }
}

TEST(CrossOrigin, a_star_lets_all_pages_read) {
  for (const std::string origin : {"", "null", kPage}) {
    const auto response = with_headers({"*"}, origin);
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Credentials"), "");
  }
}

TEST(CrossOrigin, a_preflight_is_an_options_with_an_origin_and_a_method) {
  const CrossOrigin rules({kPage});
  const std::pair<std::string, std::string> origin{"origin", kPage};
  const std::pair<std::string, std::string> method{"access-control-request-method", "PUT"};
  EXPECT_TRUE(rules.is_allowed_preflight(question({origin, method})));
  EXPECT_FALSE(rules.is_allowed_preflight(question({origin, method}, "GET")));
  EXPECT_FALSE(rules.is_allowed_preflight(question({origin})));
  EXPECT_FALSE(rules.is_allowed_preflight(question({method})));
  EXPECT_FALSE(rules.is_allowed_preflight(question({{"origin", "https://evil.example"}, method})));
  EXPECT_FALSE(rules.is_allowed_preflight(question({origin, {"origin", "https://evil.example"}, method})));
}

TEST(CrossOrigin, a_preflight_names_methods_and_headers) {
  const auto response = CrossOrigin::preflight(question({}), {"GET", "PUT"});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(header_of(response, "Access-Control-Allow-Methods"), "GET, PUT, HEAD");
  EXPECT_EQ(header_of(response, "Access-Control-Max-Age"), "7200");
  const auto headers = header_of(response, "Access-Control-Allow-Headers");
  for (const std::string name :
       {"Authorization", "Content-Type", "X-API-Key", "X-Client-Id", "X-Client-Secret", "Content-Encoding",
        "If-None-Match", "If-Match", "Range", "Last-Event-ID"}) {
    EXPECT_TRUE(headers.contains(name)) << name;
  }
}

TEST(CrossOrigin, of_the_headers_that_are_asked_for_those_of_an_open_family_are_allowed) {
  const auto allowed = [](const std::string& asked_for) {
    return header_of(
        CrossOrigin::preflight(question({{"access-control-request-headers", asked_for}}), {"PUT"}),
        "Access-Control-Allow-Headers");
  };
  const auto without = allowed("");
  EXPECT_EQ(allowed("x-amz-date, CE-Id,x-forwarded-for,content-type"), without + ", x-amz-date, ce-id");
  EXPECT_EQ(allowed("x-amz-\"quoted\",ce-a b,,"), without);
}

}  // namespace
}  // namespace annals::http
