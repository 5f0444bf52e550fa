// A client that sends and sees bytes, for tests of the server. If over_tls(), the bytes are encrypted on the
// way.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <poll.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "unit/http/server/over_tls.h"

namespace annals::http {

struct Reply {
  int status = 0;
  std::string reason;
  std::map<std::string, std::string> headers;  // names as sent
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "(absent)" : found->second;
  }
};

/// One connection to 127.0.0.1. Every wait ends after `kPatience`, with a test failure.
class RawClient {
 public:
  static constexpr std::chrono::seconds kPatience{50};

  /// `before_connect` is called when the client has all the file descriptors that it needs.
  explicit RawClient(std::uint16_t port, const std::function<void()>& before_connect = {}) : socket_(io_) {
    socket_.open(boost::asio::ip::tcp::v4());
    if (before_connect) before_connect();
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
    if (over_tls()) tls_.emplace(socket_.native_handle(), kPatience);
  }

  /// False when the server has closed the connection.
  bool send(std::string_view bytes) {
    if (tls_) return tls_->write(bytes);
    boost::system::error_code error;
    boost::asio::write(socket_, boost::asio::buffer(bytes), error);
    return !error;
  }

  /// Sends no more; the other direction stays open. The server may have closed both before.
  void finish_sending() {
    if (tls_) tls_->finish();
    boost::system::error_code gone;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, gone);
  }

  /// The next response. `with_body` is false for the answer to HEAD.
  Reply read_reply(bool with_body = true) {
    const auto reply = try_reply(with_body);
    if (!reply) ADD_FAILURE() << "expected a response, got: " << testing::PrintToString(received_);
    return reply.value_or(Reply{});
  }

  /// The same; nothing if the server closes the connection before it has answered.
  std::optional<Reply> try_reply(bool with_body = true) {
    Reply reply;
    while (!received_.contains("\r\n\r\n")) {
      if (!receive()) return std::nullopt;
    }
    std::istringstream head(received_.substr(0, received_.find("\r\n\r\n") + 2));
    received_.erase(0, received_.find("\r\n\r\n") + 4);
    std::string version;
    head >> version >> reply.status;
    std::getline(head, reply.reason);
    for (std::string line; std::getline(head, line);) {
      const auto colon = line.find(": ");
      reply.headers[line.substr(0, colon)] = line.substr(colon + 2, line.size() - colon - 3);
    }
    if (with_body && reply.headers.contains("Transfer-Encoding")) reply.body = read_chunks();
    if (!with_body || !reply.headers.contains("Content-Length")) return reply;
    const std::size_t size = std::stoul(reply.headers["Content-Length"]);
    while (received_.size() < size && receive()) {
    }
    EXPECT_GE(received_.size(), size) << "the body is shorter than its Content-Length";
    reply.body = received_.substr(0, size);
    received_.erase(0, size);
    return reply;
  }

  /// The next chunk; "" for the last one, or when the server has closed the connection (`ended` is set then).
  std::string read_chunk(bool& ended) {
    while (!received_.contains("\r\n")) {
      if (receive()) continue;
      ended = true;
      return {};
    }
    const std::size_t size = std::stoul(received_, nullptr, 16);
    received_.erase(0, received_.find("\r\n") + 2);
    while (received_.size() < size + 2 && receive()) {
    }
    ended = received_.size() < size + 2;
    std::string chunk = received_.substr(0, size);
    EXPECT_TRUE(ended || received_.substr(size, 2) == "\r\n") << "a chunk does not end with CRLF";
    received_.erase(0, size + 2);
    return chunk;
  }

  /// All chunks of a body; a test failure when there is no last one.
  std::string read_chunks() {
    std::string body;
    bool ended = false;
    for (std::string chunk = read_chunk(ended); !chunk.empty(); chunk = read_chunk(ended)) body += chunk;
    EXPECT_FALSE(ended) << "the last chunk is missing after " << body.size() << " bytes";
    return body;
  }

  /// Sends as much of `bytes` as the server takes without reading on; how much that is.
  std::size_t send_until_blocked(std::string_view bytes) {
    socket_.non_blocking(true);
    std::size_t sent = 0;
    for (bool blocked = false; !blocked && sent < bytes.size();) {
      pollfd writable{.fd = socket_.native_handle(), .events = POLLOUT, .revents = 0};
      blocked = poll(&writable, 1, 300) == 0;
      boost::system::error_code error;
      if (blocked) break;
      sent += tls_ ? tls_->write_some(bytes.substr(sent))
                   : socket_.write_some(boost::asio::buffer(bytes.substr(sent)), error);
    }
    socket_.non_blocking(false);
    return sent;
  }

  /// Breaks the connection.
  void reset() {
    socket_.set_option(boost::asio::socket_base::linger(true, 0));
    socket_.close();
  }
  void close() {
    if (tls_) tls_->finish();
    socket_.close();
  }

  /// Everything until the server closes; nothing when it does not, or resets the connection.
  std::optional<std::string> read_to_end() {
    while (receive()) {
    }
    return ended_ ? std::optional(received_) : std::nullopt;
  }

  /// Everything until the server closes the connection in the middle of a body. With TLS that is no end.
  std::string read_to_the_cut() {
    while (receive()) {
    }
    EXPECT_EQ(ended_, !tls_) << "only TLS can tell a cut from the end";
    return received_;
  }

  /// Whether the server closes the connection properly without another byte.
  bool is_closed_by_server() { return read_to_end() == ""; }

 private:
  bool receive() {
    char chunk[16 * 1024];
    if (tls_) {
      const std::size_t size = tls_->read(chunk);
      received_.append(chunk, size);
      ended_ = size == 0 && tls_->ended();
      return size > 0;
    }
    std::optional<boost::system::error_code> result;
    std::size_t size = 0;
    socket_.async_read_some(boost::asio::buffer(chunk),
                            [&](const boost::system::error_code& error, std::size_t count) {
                              result = error;
                              size = count;
                            });
    io_.restart();
    io_.run_for(kPatience);
    if (!result) {
      ADD_FAILURE() << "nothing came from the server for " << kPatience.count() << " s";
      socket_.cancel();
      io_.restart();
      io_.run();
      return false;
    }
    received_.append(chunk, size);
    ended_ = *result == boost::asio::error::eof;
    return !*result;
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<TlsClient> tls_;  // if over_tls()
  std::string received_;
  bool ended_ = false;
};

}  // namespace annals::http
