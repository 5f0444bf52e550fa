#include "text/url.h"

#include <gtest/gtest.h>

#include <string>

namespace annals::text {
namespace {

struct Case {
  std::string url;
  std::string host;
  std::string port = {};
  std::string path = {};
  std::string user = {};
};

TEST(Url, HasAHostThatBeginsLikeAnAddressWhole) {
  const Case cases[] = {
      {.url = "http://192.168.1.5.nip.io:7480", .host = "192.168.1.5.nip.io", .port = "7480"},
      {.url = "https://127.0.0.1.example", .host = "127.0.0.1.example"},
      {.url = "http://1.2.3.4x/a/b?c=d", .host = "1.2.3.4x", .path = "/a/b"},
      {.url = "http://10.0.0.1-b.example:9/", .host = "10.0.0.1-b.example", .port = "9", .path = "/"},
      {.url = "http://me@1.2.3.4.example:80/x@y",
       .host = "1.2.3.4.example",
       .port = "80",
       .path = "/x@y",
       .user = "me"},
      {.url = "http://1.2.3.400", .host = "1.2.3.400"},
  };
  for (const Case& one : cases) {
    const auto url = parse_url(one.url);
    ASSERT_TRUE(url) << "expected a URL: " << one.url;
    EXPECT_EQ(url->host_type(), boost::urls::host_type::name) << one.url;
    EXPECT_EQ(std::string(url->encoded_host()), one.host) << one.url;
    EXPECT_EQ(std::string(url->encoded_host_address()), one.host) << one.url;
    EXPECT_EQ(std::string(url->port()), one.port) << one.url;
    EXPECT_EQ(std::string(url->encoded_path()), one.path) << one.url;
    EXPECT_EQ(std::string(url->encoded_user()), one.user) << one.url;
  }
}

TEST(Url, StaysWhatItIsWithAnyOtherHost) {
  for (const std::string text :
       {"http://127.0.0.1:80/x", "http://127.0.0.1", "https://[::1]:8443/", "http://a.example/1.2.3.4",
        "http://[::ffff:1.2.3.4]", "http://1.2.3.4?a=b", "mailto:a@example"}) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url) << "expected a URL: " << text;
    EXPECT_EQ(std::string(url->buffer()), text);
  }
  EXPECT_EQ(parse_url("http://127.0.0.1:80")->host_type(), boost::urls::host_type::ipv4);
  EXPECT_FALSE(parse_url("127.0.0.1.example"));
  EXPECT_FALSE(parse_url("http://1.2.3.4.example:x"));
  EXPECT_FALSE(parse_url("http://1.2.3.4:x"));
  EXPECT_FALSE(parse_url("http://a:b"));
  EXPECT_FALSE(parse_url("http://[::1]x"));
  EXPECT_FALSE(parse_url("http://1.2.3.4 .example"));
}

TEST(Authority, IsAHostAndPerhapsAPort) {
  EXPECT_EQ(std::string(parse_authority("127.0.0.1.example:80")->encoded_host()), "127.0.0.1.example");
  EXPECT_EQ(std::string(parse_authority("[::1]")->encoded_host()), "[::1]");
  EXPECT_EQ(std::string(parse_authority("a:")->port()), "");
  for (const std::string text : {"a/b", "a?b", "a#b", "a b", "a:b", "[::1"}) {
    EXPECT_FALSE(parse_authority(text)) << "expected no authority: " << text;
  }
}

}  // namespace
}  // namespace annals::text
