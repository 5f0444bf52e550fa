// Requests whose body is handled while it arrives, and guards, which decide before it does.
#include <future>
#include <mutex>
#include <random>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "error.h"
#include "unit/http/server/compressed.h"
#include "unit/http/server/raw_client.h"
#include "unit/http/server/running_server.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr std::string_view kOpen = "GET /open HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kChunkedHeader =
    "POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::uint64_t kMaxBytes = std::uint64_t{128} << 20U;

std::string header_of(std::size_t length, std::string_view more = "") {
  return fmt::format("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n", length, more);
}

// Text that compresses to about half of its size.
std::string half_noise(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, 'x');
  for (std::size_t i = 0; i < size; i += 2) text[i] = static_cast<char>(random());
  return text;
}

// POST /upload answers how many bytes came, or their text when they are few.
class Uploads {
 public:
  [[nodiscard]] std::vector<Route> routes(std::uint64_t max_bytes = kMaxBytes) {
    return {{.method = "POST",
             .path = "/upload",
             .operation = {},
             .admit = for_anyone([this](Request request) { return take_all(this, std::move(request)); }),
             .takes_body_in_parts = true,
             .max_body_bytes = max_bytes},
            {.method = "POST",
             .path = "/ignore",
             .operation = {},
             .admit = for_anyone([this](Request request) { return ignore(this, std::move(request)); }),
             .takes_body_in_parts = true}};
  }

  std::atomic<int> called = 0;
  std::atomic<std::size_t> taken = 0;
  std::atomic<std::size_t> largest = 0;
  std::atomic<int> failed = 0;           // with a bad_request
  std::atomic<bool> released = true;     // goes on after the first part
  std::atomic<bool> uses_later = false;  // ignore() does, once it is over
  std::atomic<bool> over = false;        // the request is, as far as the client knows
  std::promise<void> too_late;           // what a body gives that is used after that

 private:
  static asio::awaitable<Response> take_all(Uploads* self, Request request) {
    ++self->called;
    EXPECT_TRUE(request.body.empty());
    std::string text;
    try {
      for (;;) {
        auto part = co_await request.body_parts->next();
        if (!part) break;
        EXPECT_FALSE(part->empty());
        self->taken += part->size();
        self->largest = std::max<std::size_t>(self->largest, part->size());
        if (text.size() < 100) text += part->substr(0, 100);
        while (!self->released) co_await pause();
      }
    } catch (const Error& error) {
      if (error.code() == ErrorCode::bad_request) ++self->failed;
      throw;
    }
    const auto nothing = co_await request.body_parts->next();
    EXPECT_FALSE(nothing) << "the end is the end";
    co_return json(Status::ok, text.size() < 100 ? text : std::to_string(self->taken));
  }

  static asio::awaitable<Response> ignore(Uploads* self, Request request) {
    ++self->called;
    const auto executor = co_await asio::this_coro::executor;
    if (self->uses_later) asio::co_spawn(executor, use_later(self, request.body_parts), asio::detached);
    co_return json(Status::ok, "\"ignored\"");
  }

  static asio::awaitable<void> use_later(Uploads* self, std::shared_ptr<BodyParts> body) {
    while (!self->over) co_await pause();
    try {
      co_await body->next();
      self->too_late.set_value();
    } catch (...) {
      self->too_late.set_exception(std::current_exception());
    }
  }

  static asio::awaitable<void> pause() {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, milliseconds(2));
    co_await timer.async_wait(asio::use_awaitable);
  }
};

TEST(RequestParts, ComeWithALengthOrInChunksAndTheConnectionGoesOn) {
  Uploads uploads;
  RunningServer running({}, 2, uploads.routes());
  RawClient client(running.port());
  client.send(header_of(5) + "he");
  ASSERT_TRUE(eventually([&] { return uploads.taken == 2; })) << "the handler gets what is there";
  client.send("llo");
  EXPECT_EQ(client.read_reply().body, "hello");
  client.send(std::string(kChunkedHeader) + "3\r\nabc\r\n");
  ASSERT_TRUE(eventually([&] { return uploads.taken == 8; }));
  client.send("2\r\nde\r\n0\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.body, "abcde");
  EXPECT_EQ(reply.header("Connection"), "(absent)");
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(RequestParts, ARequestWithoutABodyHasNone) {
  Uploads uploads;
  RunningServer running({}, 2, uploads.routes());
  RawClient client(running.port());
  client.send("POST /upload HTTP/1.1\r\nHost: x\r\n\r\n" + header_of(0));
  EXPECT_EQ(client.read_reply().body, "");
  EXPECT_EQ(client.read_reply().body, "");
}

TEST(RequestParts, SixtyFourMebibytesComeInSmallPartsAndAreNotReadAhead) {
  constexpr std::size_t kSize = std::size_t{64} << 20U;
  const std::string body(kSize, 'x');
  for (const bool chunked : {false, true}) {
    Uploads uploads;
    uploads.released = false;
    RunningServer running({}, 2, uploads.routes());
    RawClient client(running.port());
    client.send(chunked ? std::string(kChunkedHeader) + fmt::format("{:x}\r\n", kSize) : header_of(kSize));
    const std::size_t sent = client.send_until_blocked(body);
    // What is sent and not taken is in the sockets' buffers, a few MiB each.
    EXPECT_LT(sent, kSize / 2) << "the server read ahead of its handler";
    EXPECT_LE(uploads.taken, std::size_t{256} * 1024);
    uploads.released = true;
    client.send(std::string_view(body).substr(sent));
    if (chunked) client.send("\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, std::to_string(kSize));
    EXPECT_LE(uploads.largest, std::size_t{256} * 1024) << "parts are bounded";
  }
}

TEST(RequestParts, TheLimitIsTheRoutesOwn) {
  Uploads uploads;
  RunningServer running({.max_body_bytes = 10}, 2, uploads.routes(1000));
  {
    RawClient client(running.port());
    client.send(header_of(1000) + std::string(1000, 'x'));
    EXPECT_EQ(client.read_reply().body, "1000");
  }
  {
    RawClient client(running.port());
    client.send(header_of(1001));
    EXPECT_EQ(client.read_reply().body, R"({"detail":"Request body is larger than 1000 bytes."})");
    EXPECT_EQ(uploads.called, 1) << "a body that is announced too large needs no handler";
  }
  RawClient client(running.port());
  client.send(kChunkedHeader);
  for (int i = 0; i < 3; ++i) client.send("190\r\n" + std::string(400, 'x') + "\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_EQ(uploads.called, 2);
}

TEST(RequestParts, ContinueIsSentWhenTheHandlerAsksForTheBody) {
  Uploads uploads;
  RunningServer running({}, 2, uploads.routes());
  RawClient client(running.port());
  client.send(header_of(3, "Expect: 100-continue\r\n"));
  EXPECT_EQ(client.read_reply().status, 100);
  client.send("abc");
  EXPECT_EQ(client.read_reply().body, "abc");
  client.send("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200) << "a body that nobody asks for is not to be sent";
  EXPECT_EQ(reply.header("Connection"), "close");
}

TEST(RequestParts, WhatTheHandlerDoesNotReadEndsTheConnectionProperly) {
  Uploads uploads;
  RunningServer running({.max_body_bytes = 64U << 20U}, 2, uploads.routes());
  RawClient client(running.port());
  EXPECT_TRUE(client.send("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n" +
                          std::string(8'000'000, 'x')));
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.body, "\"ignored\"");
  EXPECT_EQ(reply.header("Connection"), "close");
  client.finish_sending();
  EXPECT_TRUE(client.is_closed_by_server()) << "expected no reset: the client must see the answer";
}

TEST(RequestParts, UsedAfterTheResponseTheyThrow) {
  Uploads uploads;
  uploads.uses_later = true;
  RunningServer running({}, 2, uploads.routes());
  RawClient client(running.port());
  client.send("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(client.read_reply().status, 200);
  client.finish_sending();
  EXPECT_TRUE(client.is_closed_by_server());

  uploads.over = true;

  EXPECT_THROW(uploads.too_late.get_future().get(), std::logic_error);
}

TEST(RequestParts, ASlowPartIsAnswered408) {
  Uploads uploads;
  RunningServer running({.body_time = milliseconds(100)}, 2, uploads.routes());
  const SoonerThan usual(ServerLimits{}.body_time);
  RawClient client(running.port());
  client.send(header_of(9) + "[1");
  EXPECT_EQ(client.read_reply().status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
}

// Sends a body of ten parts, which together take longer than a part may. Returns whether each was taken
// within half of that time.
bool are_parts_in_time(RawClient& client, const Uploads& uploads, milliseconds time) {
  using Clock = std::chrono::steady_clock;
  client.send(header_of(10));
  for (std::size_t i = 1; i <= 10; ++i) {
    const auto end = Clock::now() + time / 2;
    std::this_thread::sleep_for(time / 6);
    client.send("x");
    eventually([&] { return uploads.taken == i || Clock::now() > end; });
    if (Clock::now() > end) return false;
  }
  return true;
}

TEST(RequestParts, TheTimeCountsForEachPart) {
  for (auto time = milliseconds(300); time < milliseconds(20'000); time *= 4) {
    Uploads uploads;
    RunningServer running({.body_time = time}, 2, uploads.routes());
    RawClient client(running.port());
    if (!are_parts_in_time(client, uploads, time)) continue;  // perhaps the machine is busy
    EXPECT_EQ(client.read_reply().body, "xxxxxxxxxx");
    return;
  }
  FAIL() << "expected that each part is taken although all of them together take longer than one may";
}

TEST(RequestParts, TheHandlersTimeIsItsOwn) {
  Uploads uploads;
  uploads.released = false;
  RunningServer running({.body_time = milliseconds(20)}, 2, uploads.routes());
  RawClient client(running.port());
  client.send(header_of(1) + "x");
  ASSERT_TRUE(eventually([&] { return uploads.taken == 1; }));
  std::this_thread::sleep_for(milliseconds(100));
  uploads.released = true;
  EXPECT_EQ(client.read_reply().body, "x");
}

TEST(RequestParts, TheHandlerIsToldWhenTheClientEndsOrBreaksTheConnection) {
  for (const bool broken : {false, true}) {
    Uploads uploads;
    RunningServer running({}, 2, uploads.routes());
    RawClient client(running.port());
    client.send(header_of(9) + "[1");
    ASSERT_TRUE(eventually([&] { return uploads.taken == 2; }));
    broken ? client.reset() : client.finish_sending();
    EXPECT_TRUE(eventually([&] { return uploads.failed == 1; })) << "broken: " << broken;
    if (!broken) {
      EXPECT_EQ(client.read_reply().body, R"({"detail":"Invalid HTTP request."})");
    }
  }
}

TEST(RequestParts, BrokenChunksAreABadRequest) {
  Uploads uploads;
  RunningServer running({}, 2, uploads.routes());
  RawClient client(running.port());
  client.send(std::string(kChunkedHeader) + "3\r\nabc\r\nzzzzz\r\n");
  EXPECT_EQ(client.read_reply().status, 400);
  EXPECT_EQ(uploads.failed, 1);
}

TEST(RequestParts, CompressedBodiesComeDecompressed) {
  Uploads uploads;
  RunningServer running({}, 2, uploads.routes());
  RawClient client(running.port());
  for (const auto& [name, data] :
       {std::pair("gzip", gzip("one,") + gzip("two")), std::pair("zstd", zstd("one,") + zstd("two"))}) {
    client.send(header_of(data.size(), fmt::format("Content-Encoding: {}\r\n", name)) + data);
    EXPECT_EQ(client.read_reply().body, "one,two") << name;
  }
}

TEST(RequestParts, SixtyFourMebibytesDecompressedComeInSmallParts) {
  constexpr std::size_t kSize = std::size_t{64} << 20U;
  const std::string body = half_noise(kSize);
  for (const auto& [name, data] : {std::pair("gzip", gzip(body)), std::pair("zstd", zstd(body))}) {
    Uploads uploads;
    RunningServer running({}, 2, uploads.routes());
    RawClient client(running.port());
    client.send(header_of(data.size(), fmt::format("Content-Encoding: {}\r\n", name)) + data);
    EXPECT_EQ(client.read_reply().body, std::to_string(kSize)) << name;
    EXPECT_LE(uploads.largest, std::size_t{256} * 1024) << name;
  }
}

TEST(RequestParts, ABombIsStoppedAtTheLimit) {
  const std::string body(std::size_t{64} << 20U, 'x');
  for (const auto& [name, data] : {std::pair("gzip", gzip(body)), std::pair("zstd", zstd(body))}) {
    Uploads uploads;
    RunningServer running({}, 2, uploads.routes(1'000'000));
    RawClient client(running.port());
    client.send(header_of(data.size(), fmt::format("Content-Encoding: {}\r\n", name)) + data);
    EXPECT_EQ(client.read_reply().body, R"({"detail":"Request body is larger than 1000000 bytes."})") << name;
    EXPECT_LE(uploads.taken, 1'000'000U) << name;
  }
}

TEST(RequestParts, WhatExpandsBeyondMeasureIsRefusedWhateverTheLimit) {
  constexpr std::size_t kSize = std::size_t{192} << 20U;
  const std::string blanks(kSize, '\n');
  std::string lines;
  while (lines.size() < kSize) lines += "{}\n";
  for (const std::string& body : {blanks, lines}) {
    for (const auto& [name, data] : {std::pair("gzip", gzip(body)), std::pair("zstd", zstd(body))}) {
      Uploads uploads;
      RunningServer running({}, 2, uploads.routes(std::uint64_t{1} << 30U));
      RawClient client(running.port());
      client.send(header_of(data.size(), fmt::format("Content-Encoding: {}\r\n", name)) + data);
      const Reply reply = client.read_reply();
      EXPECT_EQ(reply.status, 413) << name;
      EXPECT_EQ(reply.body, R"({"detail":"Request body expands to more than 128 times its size."})") << name;
      EXPECT_LE(uploads.taken, (std::size_t{49} << 20U) + (128 * data.size())) << name;
    }
  }
}

TEST(RequestParts, TheMemoryToDecodeAllOfThemHasALimitAndIsGivenBackAtTheirEnd) {
  constexpr int kLargeWindow = 23;
  Uploads uploads;
  RunningServer running({.max_decoding_bytes = std::size_t{16} << 20U}, 2, uploads.routes());
  const auto send = [](RawClient& client, std::string_view data, std::size_t size) {
    client.send(header_of(size, "Content-Encoding: zstd\r\n"));
    client.send(data);
  };
  const std::string large = zstd(half_noise(400'000), kLargeWindow);
  const std::string small = zstd("small");
  RawClient first(running.port());
  send(first, std::string_view(large).substr(0, large.size() - 1), large.size());
  ASSERT_TRUE(eventually([&] { return uploads.taken > 0; }));

  RawClient second(running.port());
  send(second, large, large.size());
  const Reply refusal = second.read_reply();
  EXPECT_EQ(refusal.status, 503);
  EXPECT_EQ(refusal.header("Retry-After"), "1");
  RawClient third(running.port());
  send(third, small, small.size());
  EXPECT_EQ(third.read_reply().body, "small") << "what needs little is taken";

  first.send(large.substr(large.size() - 1));
  EXPECT_EQ(first.read_reply().status, 200);
  send(first, large, large.size());
  EXPECT_EQ(first.read_reply().status, 200);
}

// Returns how often another client is served by the only I/O thread while an upload of that many bytes
// arrives.
std::size_t served_meanwhile(const std::string& data, std::size_t size) {
  Uploads uploads;
  RunningServer running({}, 1, uploads.routes());
  RawClient busy(running.port());
  RawClient other(running.port());
  std::jthread sender([&] {
    busy.send(header_of(data.size(), "Content-Encoding: zstd\r\n") + data);
    busy.read_reply();
  });
  EXPECT_TRUE(eventually([&] { return uploads.taken > 0; }));
  std::size_t served = 0;
  while (uploads.taken < size && !testing::Test::HasFailure()) {
    other.send(kOpen);
    EXPECT_EQ(other.read_reply().status, 200);
    ++served;
  }
  return served;
}

TEST(RequestParts, AnotherClientIsServedBetweenTwoPartsOfWhatIsThereAlready) {
  constexpr std::size_t kSize = std::size_t{64} << 20U;
  constexpr std::size_t kOften = 10;
  const std::string data = zstd(half_noise(kSize));
  std::size_t served = 0;
  // On a busy machine the other client may not be there to ask.
  for (int tries = 0; tries < 5 && served <= kOften; ++tries) served = served_meanwhile(data, kSize);
  EXPECT_GT(served, kOften) << "the only I/O thread is given to others";
}

TEST(RequestParts, ABodyWhoseSenderPausesHoldsNoOtherUp) {
  constexpr std::size_t kSize = std::size_t{64} << 20U;  // takes many stints
  const std::string data = zstd(half_noise(kSize));
  const std::string header = header_of(data.size(), "Content-Encoding: zstd\r\n");
  Uploads uploads;
  RunningServer running({}, 1, uploads.routes());
  RawClient pausing(running.port());
  pausing.send(header + data.substr(0, data.size() / 2));
  ASSERT_TRUE(eventually([&] { return uploads.taken > kSize / 4; }));

  RawClient other(running.port());
  other.send(header + data);
  EXPECT_EQ(other.read_reply().status, 200);

  pausing.send(data.substr(data.size() / 2));
  EXPECT_EQ(pausing.read_reply().status, 200);
  EXPECT_EQ(uploads.taken, 2 * kSize);
}

TEST(RequestParts, TruncatedCompressedDataIsABadRequestAndTheConnectionGoesOn) {
  Uploads uploads;
  RunningServer running({}, 2, uploads.routes());
  RawClient client(running.port());
  const std::string data = gzip("some text").substr(0, 15);
  client.send(header_of(data.size(), "Content-Encoding: gzip\r\n") + data);
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, R"({"detail":"Request body is not valid gzip."})");
  EXPECT_EQ(uploads.failed, 1);
  client.send(kOpen);
  EXPECT_EQ(client.read_reply().status, 200);
}

// Admits whoever says "please", after a moment.
asio::awaitable<Handler> admit_politely(Admit admit, Request head) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, milliseconds(1));
  co_await timer.async_wait(asio::use_awaitable);
  const std::string* word = head.header("x-word");
  if (word == nullptr || *word != "please") throw Error(ErrorCode::unauthorized_api_key, "Say please.");
  auto handler = co_await admit(head);
  co_return handler;
}

TEST(Admission, RefusesBeforeTheBodyOrLetsThrough) {
  Uploads uploads;
  auto routes = uploads.routes();
  for (Route& route : routes) {
    route.admit = [admit = route.admit](const Request& head) { return admit_politely(admit, head); };
  }
  routes[1].takes_body_in_parts = false;
  RunningServer running({}, 2, std::move(routes));
  for (const std::string_view path : {"upload", "ignore"}) {
    const std::string line = fmt::format("POST /{} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n", path);
    RawClient client(running.port());
    client.send(line + "Expect: 100-continue\r\n\r\n");
    const Reply refusal = client.read_reply();
    EXPECT_EQ(refusal.status, 401) << path;
    EXPECT_EQ(refusal.body, R"({"detail":"Say please."})");
    EXPECT_EQ(refusal.header("Connection"), "close");
    RawClient polite(running.port());
    polite.send(line + "X-Word: please\r\n\r\nabc");
    EXPECT_EQ(polite.read_reply().status, 200) << path;
  }
  EXPECT_EQ(uploads.called, 2);
}

TEST(Admission, IsNeededByEveryRoute) {
  Router router;
  EXPECT_THROW(router.add({.method = "GET", .path = "/", .operation = {}, .admit = {}}),
               std::invalid_argument);
  EXPECT_THROW(router.add({.method = "GET", .path = "/", .operation = {}, .admit = nullptr}),
               std::invalid_argument);
}

}  // namespace
}  // namespace annals::http
