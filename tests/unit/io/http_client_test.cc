#include "io/http_client.h"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace annals::io {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

/// One connection of the scripted server.
class Peer {
 public:
  explicit Peer(tcp::socket socket) : socket_(std::move(socket)) {}

  /// The next request with its body; empty when the client has closed the connection.
  std::string read() {
    boost::system::error_code error;
    const std::size_t size =
        boost::asio::read_until(socket_, boost::asio::dynamic_buffer(buffer_), "\r\n\r\n", error);
    if (error) return {};
    std::string request = buffer_.substr(0, size);
    buffer_.erase(0, size);
    const auto length = request.find("Content-Length: ");
    const std::size_t body = length == std::string::npos ? 0 : std::stoul(request.substr(length + 16));
    if (buffer_.size() < body) {
      boost::asio::read(socket_, boost::asio::dynamic_buffer(buffer_),
                        boost::asio::transfer_exactly(body - buffer_.size()));
    }
    request += buffer_.substr(0, body);
    buffer_.erase(0, body);
    return request;
  }
  void write(std::string_view text) {
    boost::system::error_code ignored;  // the client may have had enough
    boost::asio::write(socket_, boost::asio::buffer(text), ignored);
  }
  /// Until the client closes the connection.
  void wait() { (void)read(); }

 private:
  tcp::socket socket_;
  std::string buffer_;
};

/// A server that runs one script per connection, in order.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(std::vector<Script> scripts)
      : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
        thread_([this, scripts = std::move(scripts)] {
          for (const Script& script : scripts) {
            boost::system::error_code closed;
            tcp::socket socket = acceptor_.accept(closed);
            if (closed) return;
            ++connections_;
            Peer peer(std::move(socket));
            script(peer);
          }
        }) {}
  ~ScriptedServer() {
    // Wakes an accept() that no client will come to.
    boost::asio::io_context context;
    boost::system::error_code ignored;
    tcp::socket(context).connect(acceptor_.local_endpoint(), ignored);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return fmt::format("http://127.0.0.1:{}{}", acceptor_.local_endpoint().port(), path);
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  std::atomic<int> connections_ = 0;
  std::jthread thread_;
};

ScriptedServer::Script answer(std::string reply, std::string* request = nullptr) {
  return [reply = std::move(reply), request](Peer& peer) {
    std::string seen = peer.read();
    if (request != nullptr) *request = std::move(seen);
    peer.write(reply);
    peer.wait();
  };
}

HttpFailure failure_of(HttpClient& client, const HttpRequest& request,
                       std::size_t max = HttpClient::kDefaultMaxResponse) {
  try {
    (void)client.send(request, max);
  } catch (const HttpFailure& failure) {
    return failure;
  }
  throw std::logic_error("send() was expected to fail");
}

/// Ten thousand times `x`, packed by gzip.
constexpr std::string_view kPacked(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x01\x0d\x00\x00\x00\xc2\xa0\xda\x8f\x6f\x0e\x37"
    "\xa0\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe0\xdf\x00\xa3\xa4\x55\x0d\x10\x27\x00\x00",
    45);

TEST(HttpClient, SendsTheRequestAsItIs) {
  std::string seen;
  {
    const ScriptedServer server({answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &seen)});
    HttpClient client;
    (void)client.send({.method = "POST",
                       .url = server.url("/a/../b%2Fc?x=%20+y"),
                       .headers = {{"X-One", "1"}, {"X-Empty", ""}},
                       .body = std::string_view("a\0b", 3)});
  }
  EXPECT_TRUE(seen.starts_with("POST /a/../b%2Fc?x=%20+y HTTP/1.1\r\n")) << seen;
  EXPECT_TRUE(seen.contains("\r\nX-One: 1\r\n")) << seen;
  EXPECT_TRUE(seen.contains("\r\nX-Empty:\r\n")) << seen;
  EXPECT_TRUE(seen.ends_with(std::string_view("\r\n\r\na\0b", 7))) << seen;
  EXPECT_FALSE(seen.contains("Content-Type")) << seen;
}

TEST(HttpClient, ARequestToStopEndsAnExchangeWithASilentServer) {
  std::stop_source stop;
  const ScriptedServer server({[&stop](Peer& peer) {
    (void)peer.read();
    stop.request_stop();
    peer.wait();
  }});
  HttpClient client;
  const auto began = std::chrono::steady_clock::now();

  const auto failure = failure_of(client, {.url = server.url(), .timeout = 60s, .stop = stop.get_token()});

  EXPECT_STREQ(failure.what(), "was stopped");
  EXPECT_TRUE(failure.request_sent());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 50s);
}

TEST(HttpClient, NeverWaitsForAContinue) {
  std::string seen;
  const std::string large(3'000'000, 'x');
  {
    const ScriptedServer server({answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &seen)});
    HttpClient client;
    (void)client.send({.method = "PUT", .url = server.url(), .body = large});
  }
  EXPECT_FALSE(seen.contains("Expect")) << seen.substr(0, 500);
  EXPECT_TRUE(seen.ends_with(large));
}

TEST(HttpClient, EmptyBodiesOfPostAndPutHaveALengthAndOtherMethodsNone) {
  for (const auto& [method, has_length] : {std::pair("POST", true), std::pair("PUT", true),
                                           std::pair("GET", false), std::pair("DELETE", false)}) {
    std::string seen;
    {
      const ScriptedServer server({answer("HTTP/1.1 204 No Content\r\n\r\n", &seen)});
      HttpClient client;
      EXPECT_EQ(client.send({.method = method, .url = server.url()}).status, 204);
    }
    EXPECT_TRUE(seen.starts_with(method)) << seen;
    EXPECT_EQ(seen.contains("Content-Length: 0"), has_length) << seen;
  }
}

TEST(HttpClient, GivesStatusHeadersAndBodyOfTheFinalResponse) {
  const ScriptedServer server(
      {answer("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
              "HTTP/1.1 503 Busy\r\nX-MiXed:  a b \r\nContent-Length: 4\r\n\r\nbusy")});
  HttpClient client;

  const HttpResponse response = client.send({.url = server.url()});

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.header("x-mixed"), "a b");
  EXPECT_EQ(response.header("x-early"), "");
  EXPECT_EQ(response.body, "busy");
}

TEST(HttpClient, DoesNotFollowRedirects) {
  const ScriptedServer server(
      {answer("HTTP/1.1 307 Moved\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")});
  HttpClient client;
  const HttpResponse response = client.send({.url = server.url()});
  EXPECT_EQ(response.status, 307);
  EXPECT_EQ(response.header("location"), "/other");
}

TEST(HttpClient, AHeadRequestWaitsForNoBody) {
  const ScriptedServer server({answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")});
  HttpClient client;
  EXPECT_EQ(client.send({.method = "HEAD", .url = server.url()}).status, 200);
}

TEST(HttpClient, KeepsItsConnection) {
  const ScriptedServer server({[](Peer& peer) {
    while (!peer.read().empty()) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }});
  HttpClient client;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.send({.url = server.url()}).body, "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, AKeptConnectionThatTheServerClosedIsReplaced) {
  const auto once = [](Peer& peer) {
    (void)peer.read();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  };
  const ScriptedServer server({once, once});
  HttpClient client;
  EXPECT_EQ(client.send({.method = "POST", .url = server.url(), .body = "x"}).body, "ok");
  EXPECT_EQ(client.send({.method = "POST", .url = server.url(), .body = "x"}).body, "ok");
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClient, ARequestThatMustNotBeSentTwiceFailsWhenItsKeptConnectionBreaks) {
  constexpr std::string_view kReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  const auto breaks_after_one = [&](Peer& peer) {
    (void)peer.read();
    peer.write(kReply);
    (void)peer.read();  // and no answer
  };
  for (const bool at_most_once : {false, true}) {
    const ScriptedServer server({breaks_after_one, answer(std::string(kReply))});
    HttpClient client;
    const HttpRequest request{
        .method = "POST", .url = server.url(), .body = "x", .at_most_once = at_most_once};
    EXPECT_EQ(client.send(request).body, "ok");
    if (at_most_once) {
      EXPECT_TRUE(failure_of(client, request).request_sent());
    } else {
      EXPECT_EQ(client.send(request).body, "ok") << "an idempotent request is sent again";
    }
  }
}

TEST(HttpClient, ABodyOverTheLimitIsAFailureAndOneAtTheLimitIsNot) {
  const ScriptedServer server({[](Peer& peer) {
    while (!peer.read().empty()) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
  }});
  HttpClient client;

  EXPECT_EQ(client.send({.url = server.url()}, 5).body, "12345");
  const HttpFailure failure = failure_of(client, {.url = server.url()}, 4);

  EXPECT_STREQ(failure.what(), "the response is larger than 4 bytes");
  EXPECT_TRUE(failure.request_sent());
}

TEST(HttpClient, TheLimitHoldsForTheDecompressedBody) {
  const ScriptedServer server({[](Peer& peer) {
    while (!peer.read().empty()) {
      peer.write(fmt::format("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{}",
                             kPacked.size(), kPacked));
    }
  }});
  HttpClient client;

  EXPECT_EQ(client.send({.url = server.url()}, 10'000).body.size(), 10'000U);
  EXPECT_THROW(client.send({.url = server.url()}, 9'999), HttpFailure);
}

TEST(HttpClient, WhatComesWithoutTheServersHeaderReachesNoSink) {
  const ScriptedServer server({[](Peer& peer) {
    for (const char* header : {"", "X-Mine: 1\r\n", "X-Others: 1\r\n", "X-Mine: \r\n"}) {
      (void)peer.read();
      peer.write(fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: 5\r\n\r\n12345", header));
    }
    peer.wait();
  }});
  HttpClient client;
  std::string sunk;
  const HttpClient::Sink sink = [&sunk](const std::string& part) {
    sunk += part;
    return true;
  };
  const auto collected = [&] {
    sunk.clear();
    return client.send({.url = server.url(), .server_header = "x-mine"}, sink).body;
  };

  EXPECT_EQ(collected(), "12345");
  EXPECT_EQ(sunk, "");
  EXPECT_EQ(collected(), "");
  EXPECT_EQ(sunk, "12345");
  EXPECT_EQ(collected(), "12345") << "with a header of another server";
  EXPECT_EQ(collected(), "12345") << "with an empty header";
}

TEST(HttpClient, AServerThatIsNotThereNeverSawTheRequest) {
  std::string url;
  {
    boost::asio::io_context context;
    const tcp::acceptor free_port(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
    url = fmt::format("http://127.0.0.1:{}/", free_port.local_endpoint().port());
  }
  HttpClient client;
  EXPECT_FALSE(failure_of(client, {.url = url}).request_sent());
  EXPECT_FALSE(failure_of(client, {.url = "http://no-such-host.invalid/"}).request_sent());
}

TEST(HttpClient, OnlyHttpIsSpoken) {
  HttpClient client;
  for (const char* url :
       {"file:///etc/hostname", "ftp://127.0.0.1/", "no url", "http://user:pass@127.0.0.1/"}) {
    EXPECT_FALSE(failure_of(client, {.url = url}).request_sent()) << url;
  }
}

TEST(HttpClient, AServerThatCutsTheConnectionMayHaveSeenTheRequest) {
  const ScriptedServer silent({[](Peer& peer) { (void)peer.read(); }});
  const ScriptedServer halfway({[](Peer& peer) {
    (void)peer.read();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
  }});
  HttpClient client;
  EXPECT_TRUE(failure_of(client, {.url = silent.url()}).request_sent());
  EXPECT_TRUE(failure_of(client, {.url = halfway.url()}).request_sent());
}

TEST(HttpClient, AResponseThatBreaksOffIsNoResponse) {
  constexpr std::string_view kWhole =
      "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n1\n\r\n0\r\n\r\n";
  for (std::size_t size = 1; size + 1 < kWhole.size(); ++size) {
    const std::string_view begun = kWhole.substr(0, size);
    const ScriptedServer server({[begun](Peer& peer) {
      (void)peer.read();
      peer.write(begun);
    }});
    HttpClient client;
    EXPECT_TRUE(failure_of(client, {.url = server.url(), .at_most_once = true}).request_sent()) << begun;
  }
}

TEST(HttpClient, AResponseThatDoesNotSayWhereItEndsIsNoResponse) {
  for (const std::string_view head :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\nContent-Type: x\r\n\r\nbody",
        "HTTP/1.1 500 Oh\r\nTransfer-Encoding: gzip\r\n\r\n"}) {
    const ScriptedServer server({[head](Peer& peer) {
      (void)peer.read();
      peer.write(head);
    }});
    HttpClient client;
    EXPECT_TRUE(failure_of(client, {.url = server.url(), .at_most_once = true}).request_sent()) << head;
  }
}

TEST(HttpClient, AResponseWithoutABodyNeedsNoLength) {
  for (const std::string_view head :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"}) {
    const ScriptedServer server({answer(std::string(head))});
    HttpClient client;
    EXPECT_NO_THROW((void)client.send({.url = server.url()})) << head;
  }
}

TEST(HttpClient, AServerThatDoesNotAnswerIsGivenUpInTime) {
  for (auto timeout = 200ms; timeout < 15s; timeout *= 4) {
    std::atomic<bool> is_read = false;
    const ScriptedServer server({[&is_read](Peer& peer) {
      is_read = !peer.read().empty();
      peer.wait();
    }});
    HttpClient client;
    const auto start = std::chrono::steady_clock::now();

    const HttpFailure failure = failure_of(client, {.url = server.url(), .timeout = timeout});

    const auto took = std::chrono::steady_clock::now() - start;
    if (!is_read) continue;  // the machine was too busy to send it in time
    EXPECT_TRUE(failure.request_sent());
    EXPECT_LT(took, HttpRequest{}.timeout);
    return;
  }
  FAIL() << "expected that a request arrives within ten seconds";
}

TEST(HttpClient, ATlsHandshakeThatFailsNeverSentTheRequest) {
  const ScriptedServer no_tls({[](Peer& peer) { peer.write("this is not TLS\r\n\r\n"); }});
  const ScriptedServer silent({[](Peer& peer) { peer.wait(); }});
  HttpClient client;
  const auto https = [](const ScriptedServer& server) { return "https" + server.url().substr(4); };

  EXPECT_FALSE(failure_of(client, {.url = https(no_tls)}).request_sent());
  EXPECT_FALSE(failure_of(client, {.url = https(silent), .timeout = 200ms}).request_sent());
}

TEST(HttpClient, ALineBreakInAHeaderIsRefused) {
  HttpClient client;
  for (const std::string& value :
       {std::string("a\r\nX-Evil: 1"), std::string("a\nb"), std::string("a\0b", 3)}) {
    EXPECT_THROW(client.send({.url = "http://127.0.0.1:9/", .headers = {{"X", value}}}),
                 std::invalid_argument);
  }
}

TEST(HttpClient, ProxiesOfTheEnvironmentAreIgnored) {
  ASSERT_EQ(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
  const ScriptedServer server({answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")});
  HttpClient client;
  EXPECT_EQ(client.send({.url = server.url()}).status, 200);
  unsetenv("http_proxy");
}

}  // namespace
}  // namespace annals::io
