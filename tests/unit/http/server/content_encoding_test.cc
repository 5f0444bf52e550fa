// Compressed bodies of requests that a handler takes whole.
#include <gtest/gtest.h>

#include "unit/http/server/compressed.h"
#include "unit/http/server/raw_client.h"
#include "unit/http/server/running_server.h"

namespace annals::http {
namespace {

std::string post(std::string_view encoding, std::string_view data) {
  return fmt::format("POST /open HTTP/1.1\r\nHost: x\r\nContent-Encoding: {}\r\nContent-Length: {}\r\n\r\n{}",
                     encoding, data.size(), data);
}

TEST(ContentEncoding, BodiesAreDecompressed) {
  RunningServer running;
  RawClient client(running.port());
  client.send(post("gzip", gzip("[1]")));
  EXPECT_EQ(client.read_reply().body, "[1]");
  client.send(post("zstd", zstd("[1,") + zstd("2]")));
  EXPECT_EQ(client.read_reply().body, "[1,2]");
  client.send(post("identity", "[3]"));
  EXPECT_EQ(client.read_reply().body, "[3]");
  const std::string large(500'000, 'x');
  const std::string data = gzip(large);
  client.send(
      "POST /open HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const char c : data) client.send(fmt::format("1\r\n{}\r\n", c));
  client.send("0\r\n\r\n");
  EXPECT_EQ(client.read_reply().body, large);
}

TEST(ContentEncoding, AnotherIsRefusedBeforeTheBodyIsRead) {
  RunningServer running;
  for (const std::string_view headers :
       {"Content-Encoding: br\r\n", "Content-Encoding: gzip\r\nContent-Encoding: br\r\n"}) {
    RawClient client(running.port());
    client.send(fmt::format(
        "POST /open HTTP/1.1\r\nHost: x\r\n{}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", headers));
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, 415);
    EXPECT_TRUE(reply.body.ends_with("br is not supported.\"}")) << reply.body;
    EXPECT_EQ(reply.header("Accept-Encoding"), "gzip, zstd");
    EXPECT_EQ(reply.header("Connection"), "close");
  }
  EXPECT_EQ(running.handled(), 0);
}

TEST(ContentEncoding, WhatIsBrokenIsABadRequest) {
  RunningServer running;
  RawClient client(running.port());
  for (const std::string& data : {gzip("[1]").substr(0, 12), std::string("[1,2]"), gzip("[1]") + "x"}) {
    client.send(post("gzip", data));
    EXPECT_EQ(client.read_reply().body, R"({"detail":"Request body is not valid gzip."})");
  }
  client.send(post("zstd", zstd("[1]").substr(0, 9)));
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, R"({"detail":"Request body is not valid zstd."})");
  EXPECT_EQ(running.handled(), 0);
}

TEST(ContentEncoding, TheLimitHoldsForWhatComesOutAndForWhatComesIn) {
  RunningServer running({.max_body_bytes = 100'000});
  const std::string most(100'000, 'x');
  for (const auto& [name, compress] :
       {std::pair(
            "gzip", +[](std::string_view text) { return gzip(text); }),
        std::pair("zstd", +[](std::string_view text) { return zstd(text); })}) {
    RawClient client(running.port());
    client.send(post(name, compress(most)));
    EXPECT_EQ(client.read_reply().body, most);
    client.send(post(name, compress(most + "x")));
    EXPECT_EQ(client.read_reply().status, 413);
  }
  RawClient client(running.port());
  std::string frames;
  while (frames.size() <= 100'000) frames += gzip("");
  client.send(
      "POST /open HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", frames.size(), frames));
  EXPECT_EQ(client.read_reply().status, 413) << "frames that hold nothing count as well";
}

}  // namespace
}  // namespace annals::http
