#include "http/server/request_target.h"

#include <gtest/gtest.h>

namespace annals::http {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

TEST(RequestTarget, DecodesEachSegmentOfThePathOnItsOwn) {
  const auto target = parse_request_target("/a%2Fb/c+d/%E2%82%AC?x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target.value().segments, (std::vector<std::string>{"a/b", "c+d", "€"}));
  EXPECT_EQ(target.value().path, "/a/b/c+d/€");
}

TEST(RequestTarget, TakesTheAbsoluteFormToo) {
  for (const std::string_view text :
       {"http://example.org/a?b=c", "https://example.org:8080/a?b=c", "/a?b=c"}) {
    const auto target = parse_request_target(text);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ(target.value().path, "/a") << text;
    EXPECT_EQ(target.value().query, (Query{{"b", "c"}})) << text;
  }
  EXPECT_EQ(parse_request_target("http://example.org").value().path, "/");
}

TEST(RequestTarget, APathThatCanNameNothingIsRefused) {
  for (const std::string_view text : {"", "a", "*", "example.org:443", "/%", "/%2", "/%zz", "/a%00b", "/%FF",
                                      "/%C0%80", "/%ED%A0%80", "?a=b", "http://example.org?a=b"}) {
    EXPECT_FALSE(parse_request_target(text)) << text;
  }
}

TEST(RequestTarget, TheQueryIsDecodedInTheOrderSent) {
  const struct {
    std::string_view text;
    Query expected;
  } cases[] = {
      {"/", {}},
      {"/?", {}},
      {"/?&&", {}},
      {"/?a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
      {"/?a", {{"a", ""}}},
      {"/?a=", {{"a", ""}}},
      {"/?=b", {{"", "b"}}},
      {"/?a=b=c", {{"a", "b=c"}}},
      {"/?a+b=c+d%2B", {{"a b", "c d+"}}},
      {"/?a=%26%3D", {{"a", "&="}}},
      {"/?a=%C3%BC", {{"a", "ü"}}},
      {"/?a=100%&b=%zz&c=%4", {{"a", "100%"}, {"b", "%zz"}, {"c", "%4"}}},
      {"/?a=%FF", {{"a", "%FF"}}},
      {"/?a=b?c/d", {{"a", "b?c/d"}}},
  };
  for (const auto& [text, expected] : cases) {
    const auto target = parse_request_target(text);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ(target.value().query, expected) << text;
  }
}

}  // namespace
}  // namespace annals::http
