// Responses that are made while they are being sent.
#include <gtest/gtest.h>

#include "unit/http/server/raw_client.h"
#include "unit/http/server/running_server.h"
#include "unit/http/server/text_parts.h"

namespace annals::http {
namespace {

using std::chrono::milliseconds;
using End = TextParts::End;

constexpr std::string_view kGet = "GET /parts HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kOpen = "GET /open HTTP/1.1\r\nHost: x\r\n\r\n";
// More than the sockets of both sides hold, so that one part is enough to fill them.
constexpr std::size_t kOverfull = std::size_t{16} << 20U;

Route parts_route(Handler handler, std::string method = "GET") {
  return {.method = std::move(method),
          .path = "/parts",
          .operation = {},
          .admit = for_anyone(std::move(handler))};
}

boost::asio::awaitable<Response> make_endless(Handler handler, Request request) {
  auto response = co_await handler(std::move(request));
  response.is_endless = true;
  co_return response;
}

Handler endless(Handler handler) {
  return
      [handler = std::move(handler)](Request request) { return make_endless(handler, std::move(request)); };
}

std::string number(int index) {
  return std::to_string(index) + ";";
}

std::string overfull(int /*index*/) {
  return std::string(kOverfull, 'x');
}

TEST(ResponseParts, ABodyOfUnknownLengthComesInChunks) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 12, number))});
  RawClient client(running.port());
  client.send(kGet);
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(reply.header("Content-Length"), "(absent)");
  EXPECT_EQ(reply.body, "0;1;2;3;4;5;6;7;8;9;10;11;");
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().status, 200) << "the connection goes on after a body in parts";
  EXPECT_TRUE(seen.destroyed);
}

TEST(ResponseParts, ABodyOfKnownLengthComesAsItIs) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 4, number, End::proper, 8))});
  RawClient client(running.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.header("Transfer-Encoding"), "(absent)");
    EXPECT_EQ(reply.header("Content-Length"), "8");
    EXPECT_EQ(reply.body, "0;1;2;3;");
  }
}

TEST(ResponseParts, AnEmptyBodyAndEmptyPartsEndNothingTooEarly) {
  PartsSeen seen;
  const auto every_other = [](int index) { return index % 2 == 0 ? std::string() : number(index); };
  RunningServer running({}, 2,
                        {parts_route(sends_parts(seen, 4, every_other)),
                         {.method = "GET",
                          .path = "/empty",
                          .operation = {},
                          .admit = for_anyone(sends_parts(seen, 0, number))}});
  RawClient client(running.port());
  client.send(kGet);
  EXPECT_EQ(client.read_reply().body, "1;3;");
  client.send("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_reply().body, "");
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(ResponseParts, AnHttp10ClientGetsThemUntilTheEndOfTheConnection) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 3, number))});
  RawClient client(running.port());
  client.send("GET /parts HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.header("Transfer-Encoding"), "(absent)");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_EQ(client.read_to_end(), "0;1;2;");
}

TEST(ResponseParts, ForHeadNothingIsPulled) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 3, number), "HEAD")});
  RawClient client(running.port());
  client.send("HEAD /parts HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = client.read_reply(false);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Transfer-Encoding"), "chunked");
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().body, "{}");
  EXPECT_EQ(seen.asked, 0);
  EXPECT_TRUE(seen.destroyed);
}

TEST(ResponseParts, TheHeaderComesBeforeTheFirstPart) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 0, number, End::waits))});
  RawClient client(running.port());
  client.send(kGet);
  EXPECT_EQ(client.read_reply(false).status, 200);
}

TEST(ResponseParts, SixtyFourMebibytesArriveWhole) {
  PartsSeen seen;
  constexpr std::size_t kPart = std::size_t{256} * 1024;
  constexpr int kCount = 256;
  const auto letters = [](int index) { return std::string(kPart, static_cast<char>('a' + index % 26)); };
  RunningServer running({}, 2, {parts_route(sends_parts(seen, kCount, letters))});
  RawClient client(running.port());
  client.send(kGet);
  EXPECT_EQ(client.read_reply(false).status, 200);
  bool ended = false;
  for (int i = 0; i < kCount; ++i) {
    const std::string chunk = client.read_chunk(ended);
    ASSERT_TRUE(chunk == letters(i)) << "part " << i << " is another one, of " << chunk.size() << " bytes";
  }
  EXPECT_EQ(client.read_chunk(ended), "");
  EXPECT_FALSE(ended);
}

TEST(ResponseParts, ASlowReaderHoldsTheProducerBack) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 4, overfull))});
  RawClient client(running.port());
  client.send(kGet);
  client.read_reply(false);
  ASSERT_TRUE(eventually([&] { return seen.asked == 1; }));
  // Another connection gets its answers meanwhile, so the server had the time to ask for more.
  RawClient other(running.port());
  for (int i = 0; i < 200; ++i) {
    other.send(kOpen);
    ASSERT_EQ(other.read_reply().status, 200);
  }
  EXPECT_EQ(seen.asked, 1) << "asked for more while the first part was being written";
  bool ended = false;
  EXPECT_EQ(client.read_chunk(ended).size(), kOverfull);
  EXPECT_TRUE(eventually([&] { return seen.asked == 2; })) << "asked: " << seen.asked;
  EXPECT_EQ(client.read_chunks().size(), 3 * kOverfull);
  EXPECT_EQ(seen.asked, 5);
}

TEST(ResponseParts, AReaderThatTakesNoPartInTimeIsDropped) {
  PartsSeen seen;
  RunningServer running({.write_time = milliseconds(100)}, 2, {parts_route(sends_parts(seen, 4, overfull))});
  const SoonerThan usual(ServerLimits{}.write_time);
  RawClient client(running.port());
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return seen.destroyed.load(); }));
  EXPECT_EQ(seen.asked, 1);
}

TEST(ResponseParts, EachPartHasTheWriteTimeToItself) {
  PartsSeen seen;
  const auto slow = [](int index) {
    std::this_thread::sleep_for(milliseconds(60));  // six of them take longer than the write time
    return number(index);
  };
  RunningServer running({.write_time = milliseconds(200)}, 2, {parts_route(sends_parts(seen, 6, slow))});
  RawClient client(running.port());
  client.send(kGet);
  EXPECT_EQ(client.read_reply().body, "0;1;2;3;4;5;");
}

TEST(ResponseParts, WhatFailsOnTheWayEndsWithoutTheLastChunk) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 2, number, End::throws))});
  RawClient client(running.port());
  testing::internal::CaptureStderr();
  client.send("GET /parts HTTP/1.1\r\nHost: x\r\nX-Request-Id: the-broken-one\r\n\r\n");
  EXPECT_EQ(client.read_reply(false).status, 200);
  EXPECT_EQ(client.read_to_the_cut(), "2\r\n0;\r\n2\r\n1;\r\n");
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(log.contains("the source dried up") && log.contains("the-broken-one")) << log;
  EXPECT_TRUE(eventually([&] { return seen.destroyed.load(); }));
}

TEST(ResponseParts, AnHttp10ClientSeesAResetWhenItFailsOnTheWay) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 2, number, End::throws))});
  RawClient client(running.port());
  client.send("GET /parts HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read_to_end(), std::nullopt) << "it looks like the end of the body";
}

TEST(ResponseParts, ALengthOtherThanAnnouncedBreaksTheConnection) {
  PartsSeen seen;
  for (const int announced : {3, 5, 9}) {
    RunningServer running(
        {}, 2,
        {parts_route(sends_parts(seen, 4, number, End::proper, static_cast<std::uint64_t>(announced)))});
    RawClient client(running.port());
    testing::internal::CaptureStderr();
    client.send(kGet);
    const std::string text = client.read_to_the_cut();
    const std::string body = text.substr(text.find("\r\n\r\n") + 4);
    EXPECT_TRUE(std::string_view("0;1;2;3;").starts_with(body)) << body;
    EXPECT_LE(body.size(), static_cast<std::size_t>(announced));
    EXPECT_TRUE(testing::internal::GetCapturedStderr().contains("content_length")) << announced;
  }
}

TEST(ResponseParts, AClientThatHangsUpIsNoticedWhileAPartIsAwaited) {
  for (const bool broken : {true, false}) {  // a client that closes may still read what has an end
    PartsSeen seen;
    const Handler handler = sends_parts(seen, 1, number, End::waits);
    RunningServer running({}, 2, {parts_route(broken ? handler : endless(handler))});
    RawClient client(running.port());
    client.send(kGet);
    client.read_reply(false);
    bool ended = false;
    EXPECT_EQ(client.read_chunk(ended), "0;");
    ASSERT_TRUE(eventually([&] { return seen.asked == 2; }));
    EXPECT_FALSE(seen.destroyed);
    testing::internal::CaptureStderr();
    broken ? client.reset() : client.close();
    EXPECT_TRUE(eventually([&] { return seen.destroyed.load(); })) << "the parts still wait for the client";
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "a client that leaves is no failure";
  }
}

TEST(ResponseParts, AClientThatHasFinishedSendingGetsThemAll) {
  PartsSeen seen;
  std::atomic<bool> go_on = false;
  const auto held = [&go_on](int index) {
    while (index == 1 && !go_on) std::this_thread::sleep_for(milliseconds(1));
    return number(index);
  };
  for (const bool before_the_answer : {true, false}) {
    go_on = before_the_answer;
    RunningServer running({}, 2, {parts_route(sends_parts(seen, 4, held))});
    RawClient client(running.port());
    client.send(kGet);
    if (before_the_answer) client.finish_sending();
    EXPECT_EQ(client.read_reply(false).status, 200);
    if (!before_the_answer) client.finish_sending();
    go_on = true;
    EXPECT_EQ(client.read_chunks(), "0;1;2;3;");
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST(ResponseParts, AClientThatHangsUpWhileAPartIsWrittenIsNoticed) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 4, overfull))});
  RawClient client(running.port());
  client.send(kGet);
  client.read_reply(false);
  client.close();
  EXPECT_TRUE(eventually([&] { return seen.destroyed.load(); }));
  EXPECT_LE(seen.asked, 2);
}

TEST(ResponseParts, ARequestSentMeanwhileIsAnsweredNext) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 2, overfull))});
  RawClient client(running.port());
  client.send(kGet);
  client.read_reply(false);
  client.send(kOpen);
  EXPECT_EQ(client.read_chunks().size(), 2 * kOverfull);
  EXPECT_EQ(client.read_reply().body, "{}");
}

TEST(ResponseParts, OneThatWaitsIsBrokenOffASecondAfterStop) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 1, number, End::waits))});
  RawClient client(running.port());
  client.send(kGet);
  client.read_reply(false);
  ASSERT_TRUE(eventually([&] { return seen.asked == 2; }));
  running.server().stop();
  EXPECT_TRUE(running.server().wait_closed(kPatience));
  EXPECT_EQ(client.read_to_the_cut(), "2\r\n0;\r\n") << "the last chunk is missing on purpose";
  EXPECT_TRUE(seen.destroyed);
}

TEST(ResponseParts, OneThatIsNotTakenIsBrokenOffASecondAfterStop) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 4, overfull))});
  const SoonerThan usual(ServerLimits{}.write_time);
  RawClient client(running.port());
  client.send(kGet);
  client.read_reply(false);
  ASSERT_TRUE(eventually([&] { return seen.asked == 1; }));
  running.server().stop();
  EXPECT_TRUE(running.server().wait_closed(kPatience));
  EXPECT_TRUE(seen.destroyed);
}

TEST(ResponseParts, OverHttp10OneThatIsBrokenOffEndsWithAReset) {
  PartsSeen seen;
  RunningServer running({.finish_time = milliseconds(50)}, 2,
                        {parts_route(sends_parts(seen, 1, number, End::waits))});
  RawClient client(running.port());
  client.send("GET /parts HTTP/1.0\r\n\r\n");
  client.read_reply(false);
  ASSERT_TRUE(eventually([&] { return seen.asked == 2; }));
  running.server().stop();
  EXPECT_TRUE(running.server().wait_closed(kPatience));
  EXPECT_EQ(client.read_to_end(), std::nullopt) << "a normal close would look like the end of the body";
}

TEST(ResponseParts, OverHttp10OneThatIsNotTakenInTimeEndsWithAReset) {
  PartsSeen seen;
  RunningServer running({.write_time = milliseconds(50)}, 2, {parts_route(sends_parts(seen, 4, overfull))});
  const SoonerThan usual(ServerLimits{}.write_time);
  RawClient client(running.port());
  client.send("GET /parts HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return seen.destroyed.load(); }));
  EXPECT_EQ(client.read_to_end(), std::nullopt);
}

TEST(ResponseParts, OverHttp10AWholeOneEndsWithANormalClose) {
  PartsSeen seen;
  RunningServer running({}, 2, {parts_route(sends_parts(seen, 3, number))});
  RawClient client(running.port());
  client.send("GET /parts HTTP/1.0\r\n\r\n");
  client.read_reply(false);
  EXPECT_EQ(client.read_to_end(), "0;1;2;");
}

TEST(ResponseParts, AnEndlessOneHasASecondAfterStopWhateverTheOthersHave) {
  PartsSeen seen;
  RunningServer running({.finish_time = std::chrono::seconds(60)}, 2,
                        {parts_route(endless(sends_parts(seen, 1, number, End::waits)))});
  RawClient client(running.port());
  client.send(kGet);
  client.read_reply(false);
  ASSERT_TRUE(eventually([&] { return seen.asked == 2; }));
  running.server().stop();
  EXPECT_TRUE(running.server().wait_closed(kPatience));
}

TEST(ResponseParts, OneThatEndsWithinASecondAfterStopIsWhole) {
  PartsSeen seen;
  std::atomic<bool> go_on = false;
  const auto held = [&go_on](int index) {
    while (index == 1 && !go_on) std::this_thread::sleep_for(milliseconds(1));
    return number(index);
  };
  RunningServer running({.finish_time = kPatience}, 2, {parts_route(sends_parts(seen, 3, held))});
  RawClient client(running.port());
  client.send(kGet);
  client.read_reply(false);
  ASSERT_TRUE(eventually([&] { return seen.asked == 2; }));
  running.server().stop();
  go_on = true;
  EXPECT_EQ(client.read_chunks(), "0;1;2;");
  EXPECT_TRUE(client.is_closed_by_server());
}

}  // namespace
}  // namespace annals::http
