// What the server does with what it should not get: too much, too slow, too many, or not HTTP.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <list>
#include <memory>

#include <gtest/gtest.h>

#include "http/server/server.h"
#include "unit/http/server/raw_client.h"
#include "unit/http/server/running_server.h"

namespace annals::http {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kOpen = "GET /open HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kInvalid = R"({"detail":"Invalid HTTP request."})";

boost::asio::awaitable<Response> answered(Response response) {
  co_return response;
}

Route vital_route() {
  const auto answer = [](const Request& /*request*/) -> boost::asio::awaitable<Response> {
    return answered(json(Status::ok, "{}"));
  };
  return {.method = "GET", .path = "/vital", .operation = {}, .admit = for_anyone(answer), .is_vital = true};
}

TEST(ServerLimits, WhatIsNotHttpIsABadRequest) {
  RunningServer running;
  for (const std::string& bytes : {
           std::string("\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n"),
           std::string("hello\r\n\r\n"),
           std::string("GET /open HTTP/2.0\r\nHost: x\r\n\r\n"),
           std::string("GET /open\r\n\r\n"),
           std::string("GET /op en HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("GET /\xC3\xBC HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("GET /open HTTP/1.1\r\n\r\n"),
           std::string("GET /open HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
           std::string("GET /open HTTP/1.1\r\nHost : x\r\n\r\n"),
           std::string("GET /open HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n"),
           std::string("GET /open HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 39),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n0\r\n\r\n"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: "
                       "5\r\n\r\n0\r\n\r\n"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
           std::string("POST /open HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
           std::string("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzzzzz\r\n\r\n"),
           std::string(
               "POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n"),
           std::string(
               "POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
       }) {
    RawClient client(running.port());
    client.send(bytes);
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, 400) << testing::PrintToString(bytes);
    EXPECT_EQ(reply.body, kInvalid);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_EQ(reply.header("X-Request-Id").size(), 36U);
    client.finish_sending();
    EXPECT_TRUE(client.is_closed_by_server()) << testing::PrintToString(bytes);
  }
  EXPECT_EQ(running.handled(), 0);
}

TEST(ServerLimits, ARequestThatEndsTooEarlyIsABadRequest) {
  RunningServer running;
  for (const std::string_view bytes :
       {"GET", "GET /open HTTP/1.1\r\nHost: x\r\n",
        "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n[1",
        "POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1"}) {
    RawClient client(running.port());
    client.send(bytes);
    client.finish_sending();
    EXPECT_EQ(client.read_reply().body, kInvalid) << bytes;
    EXPECT_TRUE(client.is_closed_by_server()) << bytes;
  }
  EXPECT_EQ(running.handled(), 0);
}

TEST(ServerLimits, AHeaderOverTheLimitIsRefused) {
  RunningServer running({.max_header_bytes = 1024});
  const auto header_of = [](std::size_t size) {
    std::string text = "GET /open HTTP/1.1\r\nHost: x\r\nA: ";
    text.append(size - text.size() - 4, 'a');
    return text + "\r\n\r\n";
  };
  {
    RawClient client(running.port());
    client.send(header_of(1024));
    EXPECT_EQ(client.read_reply().status, 200) << "a header as large as the limit is taken";
  }
  for (const std::size_t size : {1025U, 5000U, 200'000U}) {
    RawClient client(running.port());
    client.send(header_of(size));
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, 431) << size;
    EXPECT_EQ(reply.body, R"({"detail":"Request header is larger than 1024 bytes."})");
    client.finish_sending();
    EXPECT_TRUE(client.is_closed_by_server()) << "expected no reset: the client must see the answer";
  }
}

TEST(ServerLimits, AHeaderThatComesFieldByFieldIsCountedAsAWhole) {
  RunningServer running({.max_header_bytes = 1024});
  RawClient client(running.port());
  client.send("GET /open HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 30; ++i) client.send("A: " + std::string(40, 'a') + "\r\n");
  EXPECT_EQ(client.read_reply().status, 431);
}

TEST(ServerLimits, ABodyOverTheLimitIsRefusedBeforeItIsRead) {
  RunningServer running({.max_body_bytes = 1000});
  RawClient client(running.port());
  client.send("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.body, R"({"detail":"Request body is larger than 1000 bytes."})");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_EQ(running.handled(), 0);
}

TEST(ServerLimits, AChunkedBodyOverTheLimitIsRefusedWhereItPassesIt) {
  RunningServer running({.max_body_bytes = 1000});
  RawClient client(running.port());
  client.send("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3; ++i) client.send("190\r\n" + std::string(400, 'x') + "\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.body, R"({"detail":"Request body is larger than 1000 bytes."})");
}

TEST(ServerLimits, BodiesAsLargeAsTheLimitAreTaken) {
  RunningServer running({.max_body_bytes = 300'000});
  RawClient client(running.port());
  const std::string body(300'000, 'x');
  client.send("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + body);
  EXPECT_EQ(client.read_reply().body, body);
  client.send("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n493e0\r\n" + body +
              "\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_reply().body, body);
}

TEST(ServerLimits, AClientThatSendsALotOfWhatIsRefusedStillSeesTheAnswer) {
  RunningServer running({.max_body_bytes = 1000});
  RawClient client(running.port());
  EXPECT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n" +
                          std::string(8'000'000, 'x')));
  EXPECT_EQ(client.read_reply().status, 401);
  client.finish_sending();
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(ServerLimits, EndlessChunkExtensionsAndTrailersAreRefused) {
  RunningServer running({.max_header_bytes = 1024});
  for (const std::string_view start : {"1;", "0\r\nA: "}) {
    RawClient client(running.port());
    client.send("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(start) +
                std::string(100'000, 'a'));
    EXPECT_EQ(client.read_reply().status, 400) << start;
  }
}

TEST(ServerLimits, ASlowHeaderIsAnswered408) {
  RunningServer running({.header_time = milliseconds(100)});
  const SoonerThan usual(ServerLimits{}.header_time);
  RawClient client(running.port());
  client.send("GET /open HTTP/1.1\r\nHo");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(reply.body, R"({"detail":"Request took too long to arrive."})");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(ServerLimits, ADripOfBytesDoesNotBuyTime) {
  RunningServer running({.header_time = milliseconds(150), .body_time = milliseconds(150)});
  for (const std::string_view start :
       {"GET /open HTTP/1.1\r\nA: ", "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"}) {
    const SoonerThan usual(ServerLimits{}.header_time);
    RawClient client(running.port());
    client.send(start);
    const auto end = std::chrono::steady_clock::now() + milliseconds(300);
    while (std::chrono::steady_clock::now() < end && client.send("a"))
      std::this_thread::sleep_for(milliseconds(5));
    EXPECT_EQ(client.read_reply().status, 408) << start;
  }
}

TEST(ServerLimits, ASlowBodyIsAnswered408) {
  RunningServer running({.body_time = milliseconds(100)});
  const SoonerThan usual(ServerLimits{}.body_time);
  RawClient client(running.port());
  client.send("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n[1");
  EXPECT_EQ(client.read_reply().status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_EQ(running.handled(), 0);
}

TEST(ServerLimits, AnIdleConnectionIsClosedWithoutAWord) {
  RunningServer running({.idle_time = milliseconds(100)});
  RawClient fresh(running.port());
  EXPECT_TRUE(fresh.is_closed_by_server());
  // On a busy machine a connection may be closed before its request is there.
  std::string received;
  for (int tries = 0; tries < 20 && received.empty() && !HasFailure(); ++tries) {
    RawClient used(running.port());
    used.send(kOpen);
    received = used.read_to_end().value_or("");
  }
  EXPECT_TRUE(received.starts_with("HTTP/1.1 200 ")) << received;
  EXPECT_TRUE(received.ends_with("\r\n\r\n{}")) << received;
}

TEST(ServerLimits, AHandlerMayTakeLongerThanTheClient) {
  for (auto time = milliseconds(20); time < milliseconds(10'000); time *= 4) {
    RunningServer running({.header_time = time, .body_time = time, .idle_time = time});
    RawClient client(running.port());
    const auto sent = std::chrono::steady_clock::now();
    client.send("GET /waits HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto is_over = [&] { return std::chrono::steady_clock::now() - sent > 2 * time; };
    eventually([&] { return running.waiting() == 1 || is_over(); });
    if (running.waiting() == 0) continue;  // the machine was too busy to send it in time
    std::this_thread::sleep_for(5 * time);
    running.release();
    EXPECT_EQ(client.read_reply().status, 200);
    return;
  }
  FAIL() << "expected that a request arrives within five seconds";
}

TEST(ServerLimits, AClientThatTakesNoResponseIsDropped) {
  RunningServer running({.max_body_bytes = 16U << 20U, .write_time = milliseconds(100)});
  const SoonerThan usual(ServerLimits{}.write_time);
  RawClient client(running.port());
  // More than the sockets of both sides hold.
  const std::string body(12U << 20U, 'x');
  client.send("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
  ASSERT_TRUE(eventually([&] { return running.handled() == 1; }));
  running.server().stop();
  EXPECT_TRUE(running.server().wait_closed(kPatience)) << "the connection waits for its client";
}

/// Clients that stay connected.
using Clients = std::list<RawClient>;

// Returns what a new client is answered. A server whose connections are all in use gives another one a second
// for its first byte, for which a busy machine may take longer: then the next client tries.
Reply answer_of(std::uint16_t port, std::string_view request, Clients& clients) {
  std::optional<Reply> reply;
  eventually([&] {
    const auto begin = std::chrono::steady_clock::now();
    clients.emplace_back(port).send(request);
    reply = clients.back().try_reply();
    const auto elapsed = std::chrono::steady_clock::now() - begin;
    EXPECT_TRUE(reply || elapsed > milliseconds(900)) << "a client that is not slow is answered";
    return reply.has_value();
  });
  return reply.value_or(Reply{});
}

constexpr std::string_view kWaits = "GET /waits HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(ServerLimits, ConnectionsOverTheLimitAreToldSoIfAllAreInUse) {
  RunningServer running({.max_connections = 2}, 2, {vital_route()});
  testing::internal::CaptureStderr();
  RawClient first(running.port());
  first.send(kWaits);
  std::optional<RawClient> second(std::in_place, running.port());
  second->send(kWaits);
  ASSERT_TRUE(eventually([&] { return running.waiting() == 2; }));

  Clients others;
  const Reply reply = answer_of(running.port(), kOpen, others);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, R"({"detail":"Too many connections."})");
  EXPECT_EQ(reply.header("Retry-After"), "1");
  EXPECT_EQ(reply.header("Connection"), "close");
  others.back().finish_sending();
  EXPECT_TRUE(others.back().is_closed_by_server());

  const Reply health = answer_of(running.port(), "GET /vital HTTP/1.1\r\nHost: x\r\n\r\n", others);
  EXPECT_EQ(health.status, 200) << "health is answered all the same";
  EXPECT_EQ(health.header("Connection"), "close");

  running.release();
  EXPECT_EQ(first.read_reply().status, 200);
  EXPECT_TRUE(eventually([&] { return answer_of(running.port(), kOpen, others).status == 200; }))
      << "a connection that is not in use makes room";
  EXPECT_TRUE(testing::internal::GetCapturedStderr().contains("connection limit reached"));
}

TEST(ServerLimits, WhoeverSendsNothingMakesRoomTheLongestIdleFirst) {
  RunningServer running({.max_connections = 3});
  RawClient silent(running.port());
  RawClient used(running.port());
  used.send(kOpen);
  EXPECT_EQ(used.read_reply().status, 200);
  RawClient slow(running.port());
  slow.send("GET /open HTT");
  RawClient busy(running.port());
  busy.send(kWaits);
  ASSERT_TRUE(eventually([&] { return running.waiting() == 1; }));
  EXPECT_TRUE(silent.is_closed_by_server());
  Clients all;  // each needs the place of another
  for (int i = 0; i < 20; ++i) {
    // One whose answer was read is idle a moment later.
    EXPECT_TRUE(eventually([&] { return answer_of(running.port(), kOpen, all).status == 200; })) << i;
  }
  EXPECT_TRUE(used.is_closed_by_server());
  EXPECT_TRUE(slow.is_closed_by_server()) << "a header that does not end is no use of a connection";
  running.release();
  EXPECT_EQ(busy.read_reply().status, 200) << "a connection that is in use stays";
}

// Lets the process open no more file descriptors while it lives.
class NoMoreFileDescriptors {
 public:
  NoMoreFileDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = dup(STDERR_FILENO);
    close(next);
    const rlimit none{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoMoreFileDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreFileDescriptors(const NoMoreFileDescriptors&) = delete;
  NoMoreFileDescriptors& operator=(const NoMoreFileDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(ServerLimits, OutOfFileDescriptorsItGoesOnAcceptingLater) {
#ifdef ANNALS_SANITIZED
  GTEST_SKIP() << "the sanitizers need file descriptors of their own";
#endif
  RunningServer running;
  testing::internal::CaptureStderr();
  std::optional<NoMoreFileDescriptors> none;
  // With TLS a client is connected only once the server goes on.
  auto connecting = std::async(std::launch::async, [&] {
    return std::make_unique<RawClient>(running.port(), [&none] { none.emplace(); });
  });
  const bool logged = eventually([] {
    struct stat captured{};
    return fstat(STDERR_FILENO, &captured) == 0 && captured.st_size > 0;
  });
  none.reset();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(logged && log.contains("cannot accept connections")) << log;
  const auto client = connecting.get();
  client->send(kOpen);
  EXPECT_EQ(client->read_reply().status, 200);
}

}  // namespace
}  // namespace annals::http
