// Answers that are compressed while they are sent.
#include <gtest/gtest.h>

#include "http/coding/compression.h"
#include "http/server/decompressor.h"
#include "unit/http/server/raw_client.h"
#include "unit/http/server/running_server.h"
#include "unit/http/server/text_parts.h"

namespace annals::http {
namespace {

using End = TextParts::End;

constexpr std::size_t kLarge = std::size_t{300} * 1024;

std::string unpacked(std::string_view coding, std::string_view body) {
  std::string out;
  const auto decompressor = make_decompressor(coding);
  decompressor->put(body, out, std::size_t{16} << 20U);
  decompressor->check_end();
  return out;
}

boost::asio::awaitable<Response> compress(const Compression& compression, Handler handler, Request request) {
  const auto coding = preferred_coding(request);
  auto response = co_await handler(std::move(request));
  co_return compression.in(coding, std::move(response));
}

boost::asio::awaitable<Response> text(Request /*request*/, std::string body) {
  co_return Response{.body = std::move(body), .content_type = "text/plain"};
}

Route route(const Compression& compression, Handler handler) {
  return {.method = "GET",
          .path = "/text",
          .operation = {},
          .admit = for_anyone([&compression, handler = std::move(handler)](Request request) {
            return compress(compression, handler, std::move(request));
          })};
}

Handler sends(const std::string& body) {
  return [body](Request request) { return text(std::move(request), body); };
}

std::string get(std::string_view accepted, std::string_view method = "GET") {
  return fmt::format("{} /text HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {}\r\n\r\n", method, accepted);
}

std::string noise(int index) {
  std::string text;
  auto state = static_cast<std::uint32_t>(index + 1);
  while (text.size() < kLarge) {
    state = state * 1664525U + 1013904223U;
    text += static_cast<char>('a' + (state >> 24U) % 26);
  }
  return text;
}

TEST(CompressedParts, ComeInTheCodingThatIsAskedForAndLeaveTheConnectionInOrder) {
  const Compression compression(4);
  const std::string body = noise(0) + noise(1) + std::string(kLarge, ' ');
  RunningServer running({}, 2, {route(compression, sends(body))});
  RawClient client(running.port());
  for (const std::string coding : {"gzip", "zstd"}) {
    client.send(get(coding));
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.header("Content-Encoding"), coding);
    EXPECT_EQ(reply.header("Vary"), "Accept-Encoding");
    EXPECT_EQ(reply.header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(reply.header("Content-Length"), "(absent)");
    EXPECT_LT(reply.body.size(), body.size());
    EXPECT_EQ(unpacked(coding, reply.body), body);
  }
  client.send(get("br"));
  EXPECT_EQ(client.read_reply().body, body);
}

TEST(CompressedParts, AreNotMadeOfSmallAnswers) {
  const Compression compression(4);
  RunningServer running({}, 2, {route(compression, sends("small"))});
  RawClient client(running.port());
  client.send(get("gzip"));
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.header("Content-Encoding"), "(absent)");
  EXPECT_EQ(reply.header("Content-Length"), "5");
  EXPECT_EQ(reply.header("Vary"), "Accept-Encoding");
}

TEST(CompressedParts, ArriveAlsoIfTheNextOneNeverComes) {
  const Compression compression(4);
  PartsSeen seen;
  const auto line = [](int index) { return fmt::format("line {}\n", index); };
  RunningServer running({}, 2, {route(compression, sends_parts(seen, 3, line, End::waits))});
  RawClient client(running.port());
  client.send(get("gzip"));
  EXPECT_TRUE(eventually([&] { return seen.asked == 4; })) << "a part that was compressed is not held back";
}

TEST(CompressedParts, EndWithoutAnEndIfTheSourceFails) {
  const Compression compression(4);
  PartsSeen seen;
  RunningServer running({}, 2, {route(compression, sends_parts(seen, 2, noise, End::throws))});
  RawClient client(running.port());
  client.send(get("zstd"));
  EXPECT_FALSE(client.read_to_the_cut().ends_with("0\r\n\r\n"));
  EXPECT_TRUE(eventually([&] { return seen.destroyed.load(); }));
}

TEST(CompressedParts, AreBoundedInNumber) {
  const Compression compression(1);
  const std::string body(kLarge, 'x');
  const auto first = compression.in(ContentCoding::gzip, Response{.body = body});
  EXPECT_TRUE(first.body_parts);
  const auto second = compression.in(ContentCoding::gzip, Response{.body = body});
  EXPECT_EQ(second.body, body);
  EXPECT_FALSE(second.body_parts);
}

TEST(CompressedParts, HaveAWeakTagOfTheirOwn) {
  EXPECT_EQ(tag_in(ContentCoding::identity, "7"), "\"7\"");
  EXPECT_EQ(tag_in(ContentCoding::gzip, "7"), "W/\"7-gzip\"");
}

}  // namespace
}  // namespace annals::http
