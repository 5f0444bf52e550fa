// What the server says, byte by byte, over real sockets.
#include "http/server/server.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "unit/http/server/raw_client.h"
#include "unit/http/server/running_server.h"

namespace annals::http {
namespace {

constexpr std::string_view kOpen = "GET /open HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Server, AnswersARequest) {
  RunningServer running;
  RawClient client(running.port());
  client.send(kOpen);
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.reason, " OK\r");
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(reply.header("Content-Length"), "2");
  EXPECT_EQ(reply.header("Connection"), "(absent)");
  EXPECT_TRUE(reply.header("Date").ends_with(" GMT")) << reply.header("Date");
}

TEST(Server, KeepsTheConnectionForTheNextRequest) {
  RunningServer running;
  RawClient client(running.port());
  for (int i = 0; i < 3; ++i) {
    client.send(fmt::format("GET /items/{} HTTP/1.1\r\nHost: x\r\n\r\n", i));
    EXPECT_EQ(client.read_reply().body, std::to_string(i));
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  RunningServer running;
  RawClient client(running.port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += fmt::format("GET /items/{} HTTP/1.1\r\nHost: x\r\n\r\n", i);
    requests += fmt::format("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{:03}", i);
    requests += fmt::format(
        "POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{:03}\r\n0\r\n\r\n", i);
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.read_reply().body, std::to_string(i));
    EXPECT_EQ(client.read_reply().body, fmt::format("{:03}", i));
    EXPECT_EQ(client.read_reply().body, fmt::format("{:03}", i));
  }
}

TEST(Server, TakesARequestThatComesByteByByte) {
  RunningServer running;
  RawClient client(running.port());
  const std::string request =
      "\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nX-API-Key: the-right-key\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;a=b\r\n[1,\r\n2\r\n2]\r\n0\r\nTrailer: t\r\n\r\n";
  for (const char c : request) client.send({&c, 1});
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "[1,2]");
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().status, 200) << "the connection goes on after a chunked body";
}

TEST(Server, AnEmptyChunkedBodyMayComeInPieces) {
  RunningServer running;
  RawClient client(running.port());
  client.send("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const std::string_view piece : {"0\r\n", "\r", "\n"}) client.send(piece);
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(Server, UnknownPathsAndOtherMethodsAreRefusedBeforeAuthentication) {
  RunningServer running;
  const struct {
    std::string_view line;
    int status;
    std::string_view body;
    std::string_view allow;
  } cases[] = {
      {"GET /nowhere HTTP/1.1", 404, R"({"detail":"Not Found"})", "(absent)"},
      {"GET /nowhere/ HTTP/1.1", 404, R"({"detail":"Not Found"})", "(absent)"},
      {"GET /%zz HTTP/1.1", 404, R"({"detail":"Not Found"})", "(absent)"},
      {"GET /items/%00 HTTP/1.1", 404, R"({"detail":"Not Found"})", "(absent)"},
      {"GET /items/%FF HTTP/1.1", 404, R"({"detail":"Not Found"})", "(absent)"},
      {"OPTIONS * HTTP/1.1", 404, R"({"detail":"Not Found"})", "(absent)"},
      {"CONNECT example.org:443 HTTP/1.1", 404, R"({"detail":"Not Found"})", "(absent)"},
      {"GET /echo HTTP/1.1", 405, R"({"detail":"Method Not Allowed"})", "POST"},
      {"OPTIONS /echo HTTP/1.1", 405, R"({"detail":"Method Not Allowed"})", "POST"},
      {"BREW /echo HTTP/1.1", 405, R"({"detail":"Method Not Allowed"})", "POST"},
      {"PUT /open HTTP/1.1", 405, R"({"detail":"Method Not Allowed"})", "GET, POST"},
      {"POST /echo HTTP/1.1", 401, R"({"detail":"Unauthorized API Key."})", "(absent)"},
  };
  RawClient client(running.port());
  for (const auto& [line, status, body, allow] : cases) {
    client.send(std::string(line) + "\r\nHost: x\r\n\r\n");
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, status) << line;
    EXPECT_EQ(reply.body, body) << line;
    EXPECT_EQ(reply.header("Allow"), allow) << line;
    EXPECT_EQ(reply.header("Connection"), "(absent)") << line << ": without a body the connection goes on";
  }
  EXPECT_EQ(running.handled(), 0);
}

TEST(Server, HeadIsAnsweredWhereGetIsAndWithoutABody) {
  RunningServer running;
  RawClient client(running.port());
  client.send("HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply refusal = client.read_reply(false);
  EXPECT_EQ(refusal.status, 405);
  EXPECT_EQ(refusal.header("Allow"), "POST");
  client.send("HEAD /open HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = client.read_reply(false);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Length"), "2") << "that of GET";
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().status, 200)
      << "a body after HEAD's answer would have been taken for this response";
}

TEST(Server, ANoContentResponseHasNoContentHeaders) {
  RunningServer running;
  RawClient client(running.port());
  client.send("DELETE /gone HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("Content-Type"), "(absent)");
  EXPECT_EQ(reply.header("Content-Length"), "(absent)");
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(Server, TheKeyIsAskedForBeforeTheBodyIsLookedAt) {
  RunningServer running;
  for (const std::string_view key :
       {"", "X-API-Key: wrong\r\n", "X-API-Key: the-right-key\r\nX-API-Key: other\r\n"}) {
    RawClient client(running.port());
    client.send(fmt::format(
        "POST /echo HTTP/1.1\r\nHost: x\r\n{}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", key));
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, 401) << key;
    EXPECT_EQ(reply.header("Connection"), "close") << "the body was not read";
    client.finish_sending();
    EXPECT_TRUE(client.is_closed_by_server());
  }
  EXPECT_EQ(running.handled(), 0);
}

TEST(Server, HonoursExpect100Continue) {
  RunningServer running;
  RawClient client(running.port());
  client.send("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 100);
  client.send("[1,2]");
  EXPECT_EQ(client.read_reply().body, "[1,2]");
}

TEST(Server, EveryResponseCarriesARequestId) {
  RunningServer running;
  RawClient client(running.port());
  const auto id_for = [&client](std::string_view sent) {
    client.send(fmt::format("GET /nowhere HTTP/1.1\r\nHost: x\r\nX-Request-Id: {}\r\n\r\n", sent));
    return client.read_reply().header("X-Request-Id");
  };
  EXPECT_EQ(id_for("Abc-1.2_3"), "Abc-1.2_3");
  EXPECT_EQ(id_for(std::string(128, 'a')), std::string(128, 'a'));
  for (const std::string& insane :
       {std::string(), std::string(129, 'a'), std::string("a b"), std::string("a\"b"), std::string("ü")}) {
    EXPECT_EQ(id_for(insane).size(), 36U) << insane << ": expected a UUID in its place";
  }
  EXPECT_NE(id_for(""), id_for(""));
}

TEST(Server, AHandlersExceptionBecomesAnAnswer) {
  RunningServer running;
  RawClient client(running.port());
  testing::internal::CaptureStderr();
  client.send("GET /throws HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-9\r\n\r\n");
  const Reply reply = client.read_reply();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, R"({"detail":"Internal Server Error","request_id":"r-9"})");
  EXPECT_TRUE(log.contains("a secret of ours") && log.contains("r-9")) << log;
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().status, 200) << "the connection goes on";
}

TEST(Server, AHandlerCannotInjectAHeader) {
  RunningServer running;
  RawClient client(running.port());
  testing::internal::CaptureStderr();
  client.send("GET /bad-header HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = client.read_reply();
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.header("Injected"), "(absent)");
}

TEST(Server, EveryAnswerOfARouteHasItsHeaders) {
  const auto route = [](std::string path, Admit admit) {
    return Route{.method = "GET",
                 .path = std::move(path),
                 .operation = {},
                 .admit = std::move(admit),
                 .headers = {{"Referrer-Policy", "no-referrer"}}};
  };
  const auto handle = [](Request /*request*/) -> boost::asio::awaitable<Response> { co_return no_content(); };
  RunningServer running({}, 2,
                        {route("/bears", for_anyone(handle)), route("/refuses", with_the_right_key(handle))});
  RawClient client(running.port());
  for (const auto& [path, status] : {std::pair{"/bears", 204}, std::pair{"/refuses", 401}}) {
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path));
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.header("Referrer-Policy"), "no-referrer") << path;
  }
  client.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_reply().header("Referrer-Policy"), "(absent)");
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
  RunningServer running;
  RawClient client(running.port());
  client.send("GET /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_reply().header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Server, SpeaksHttp10) {
  RunningServer running;
  RawClient client(running.port());
  client.send("GET /open HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.read_reply().header("Connection"), "keep-alive");
  client.send("GET /open HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read_reply().header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Server, AnswersAClientThatHasFinishedSending) {
  RunningServer running;
  RawClient client(running.port());
  client.send(kOpen);
  client.finish_sending();
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Server, NothingIsAnsweredToEmptyLinesWhereverTheyAreDivided) {
  for (const std::string_view rest : {"\n", "\n\r", ""}) {
    RunningServer running;
    RawClient client(running.port());
    client.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n\r");
    EXPECT_EQ(client.read_reply().status, 200);
    client.send(rest);
    client.finish_sending();
    EXPECT_EQ(client.read_to_end(), "") << "after CR and " << ::testing::PrintToString(rest);
  }
}

TEST(Server, ARequestMayFollowAnEmptyLineThatIsDivided) {
  RunningServer running;
  RawClient client(running.port());
  client.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n\r");
  EXPECT_EQ(client.read_reply().status, 200);
  client.send("\nGET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(Server, ListeningTwiceOnOnePortSaysWhere) {
  RunningServer running;
  boost::asio::io_context io;
  const Router router;
  try {
    const Server second(io.get_executor(), "127.0.0.1", running.port(), router, {});
    FAIL() << "expected a std::system_error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::address_in_use);
    EXPECT_TRUE(std::string(error.what()).contains("127.0.0.1 port " + std::to_string(running.port())))
        << error.what();
  }
}

}  // namespace
}  // namespace annals::http
