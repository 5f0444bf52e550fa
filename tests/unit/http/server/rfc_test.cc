// Requests of the kind that llhttp, h11 and http-garden collect, each with the clause that decides it.
#include <gtest/gtest.h>

#include "unit/http/server/raw_client.h"
#include "unit/http/server/running_server.h"

namespace annals::http {
namespace {

struct Case {
  std::string_view clause;
  std::string_view request;
  int status;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.clause << ": " << testing::PrintToString(std::string(one.request));
}

class RfcTest : public testing::TestWithParam<Case> {};

TEST_P(RfcTest, IsAnsweredAsTheClauseSays) {
  RunningServer running;
  for (const bool byte_by_byte : {false, true}) {
    RawClient client(running.port());
    const std::string_view request = GetParam().request;
    if (byte_by_byte) {
      for (const char c : request) client.send(std::string_view(&c, 1));
    } else {
      client.send(request);
    }
    EXPECT_EQ(client.read_reply(!request.starts_with("HEAD")).status, GetParam().status)
        << "byte by byte: " << byte_by_byte;
  }
}

INSTANTIATE_TEST_SUITE_P(
    HostAndTarget, RfcTest,
    testing::Values(Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: a b/c?@\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: user@h\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: h, g\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: h:8x\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: h:99999\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: h%zz\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost: h\xC3\xA9\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.0\r\nHost: a b\r\n\r\n", 400},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.1\r\nHost:\r\n\r\n", 200},
                    Case{"RFC 9112 3.2", "GET /open HTTP/1.0\r\n\r\n", 200},
                    Case{"RFC 3986 3.2.2", "GET /open HTTP/1.1\r\nHost: my_host-1.example.\r\n\r\n", 200},
                    Case{"RFC 3986 3.2.2", "GET /open HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n", 200},
                    Case{"RFC 3986 3.2.2", "GET /open HTTP/1.1\r\nHost: 127.0.0.1.example:8080\r\n\r\n", 200},
                    Case{"RFC 3986 3.2.2", "GET /open HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200},
                    Case{"RFC 3986 3.2.3", "GET /open HTTP/1.1\r\nHost: h:\r\n\r\n", 200},
                    Case{"RFC 9110 4.2.1", "GET http:///open HTTP/1.1\r\nHost: h\r\n\r\n", 400},
                    Case{"RFC 9110 4.2.1", "GET http://:80/open HTTP/1.1\r\nHost: h\r\n\r\n", 400},
                    Case{"RFC 9110 4.2.2", "GET https:///open HTTP/1.1\r\nHost: h\r\n\r\n", 400},
                    Case{"RFC 9110 4.2.4", "GET http://user@h/open HTTP/1.1\r\nHost: h\r\n\r\n", 400},
                    Case{"RFC 9112 3.2.2", "GET http://h/open HTTP/1.1\r\nHost: other\r\n\r\n", 200},
                    Case{"RFC 9112 3.2.2", "GET http://h:80/open?a=b HTTP/1.1\r\nHost: h\r\n\r\n", 200},
                    Case{"RFC 9110 4.2.3", "GET HTTP://H/open HTTP/1.1\r\nHost: h\r\n\r\n", 200},
                    Case{"RFC 9112 3.2.2", "GET https://[2001:db8::1]/open HTTP/1.1\r\nHost: h\r\n\r\n", 200},
                    Case{"RFC 9112 3.2.2", "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", 404}));

INSTANTIATE_TEST_SUITE_P(
    Fields, RfcTest,
    testing::Values(
        Case{"RFC 9112 5.2", "GET /open HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400},
        Case{"RFC 9112 5.2", "GET /open HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n", 400},
        Case{"RFC 9112 5.2", "GET /open HTTP/1.1\r\nHost: h\r\nX: a\r\n \r\n\r\n", 400},
        Case{"RFC 9112 5.2", "GET /open HTTP/1.1\r\nHost: h\r\nX:\r\n a\r\n\r\n", 400},
        Case{"RFC 9112 5.2", "GET /open HTTP/1.1\r\nHost:\r\n h\r\n\r\n", 400},
        Case{"RFC 9112 5.2",
             "POST /open HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400},
        Case{"RFC 9112 5.2", "POST /open HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n 2\r\n\r\nabcdefghijkl",
             400},
        Case{"RFC 9112 2.2", "GET /open HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        Case{"RFC 9112 6", "POST /open HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\na\r\n b\n", 200},
        Case{"RFC 9112 5.1", "GET /open HTTP/1.1\r\nHost: h\r\nX : a\r\n\r\n", 400},
        Case{"RFC 9112 5", "GET /open HTTP/1.1\r\nHost: h\r\nX:a\r\n\r\n", 200},
        Case{"RFC 9112 5", "GET /open HTTP/1.1\r\nHost: h\r\nX: \t a b \t\r\n\r\n", 200},
        Case{"RFC 9112 6.1", "POST /open HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n",
             200},
        Case{"RFC 9112 6.3", "POST /open HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 1\r\n\r\na", 400},
        Case{"RFC 9112 6.3", "POST /open HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\na", 400},
        Case{"RFC 9110 9.3.2", "HEAD /open HTTP/1.1\r\nHost: h\r\n\r\n", 200},
        Case{"RFC 9110 9.3.2", "HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n", 405},
        Case{"RFC 9110 9.1", "get /open HTTP/1.1\r\nHost: h\r\n\r\n", 405}));

TEST(TrailingSlash, IsRedirectedToTheRouteWithoutItWhateverTheMethod) {
  RunningServer running;
  const struct {
    std::string_view target;
    std::string_view location;
  } cases[] = {{"/open/", "/open"},
               {"/open//?a=b%2F&c=/", "/open?a=b%2F&c=/"},
               {"/%6Fpen/", "/%6Fpen"},
               {"http://h/open/", "/open"},
               {"/items/x/", "/items/x"}};
  for (const std::string_view method : {"GET", "PUT"}) {
    for (const auto& [target, location] : cases) {
      RawClient client(running.port());
      client.send(fmt::format("{} {} HTTP/1.1\r\nHost: h\r\n\r\n", method, target));
      const Reply reply = client.read_reply();
      EXPECT_EQ(reply.status, 307) << target;
      EXPECT_EQ(reply.header("Location"), location);
      EXPECT_EQ(reply.body, "");
    }
  }
  for (const std::string_view target : {"/", "//", "/none/", "//evil.example/", "/items/", "/?a=/"}) {
    RawClient client(running.port());
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target));
    EXPECT_EQ(client.read_reply().status, 404) << target;
  }
}

TEST(Responses, AreNotToBeStoredUnlessTheySayOtherwise) {
  RunningServer running;
  for (const std::string_view target : {"/open", "/none", "/items/x/", "/throws"}) {
    RawClient client(running.port());
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target));
    EXPECT_EQ(client.read_reply().header("Cache-Control"), "no-store") << target;
  }
}

TEST(Responses, ARefusedKeyIsAChallenge) {
  RunningServer running;
  RawClient client(running.port());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nX-API-Key: wrong\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.header("WWW-Authenticate"), "ApiKey realm=\"annals\"") << "RFC 9110, 15.5.2";
}

}  // namespace
}  // namespace annals::http
