#pragma once

#include <charconv>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace annals::bench {

/// Wraps one keep-alive HTTP/1.1 connection to the service under test. It does as little as a load generator
/// needs, so that what is measured is the other side.
class KeptConnection {
 public:
  KeptConnection(const boost::asio::any_io_executor& executor, std::uint16_t port) : socket_(executor) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
  }

  struct Reply {
    int status = 0;
    std::string head;
    std::string body;

    /// Returns the value of a header field, or "" if there is none.
    [[nodiscard]] std::string field(const std::string& name) const {
      const auto at = head.find("\r\n" + name + ": ");
      if (at == std::string::npos) return "";
      const auto begin = at + name.size() + 4;
      return head.substr(begin, head.find("\r\n", begin) - begin);
    }
  };

  /// Sends a whole request and reads a reply with a Content-Length, or only the header of a chunked one.
  boost::asio::awaitable<Reply> send(std::string request) {
    co_await boost::asio::async_write(socket_, boost::asio::buffer(request), boost::asio::use_awaitable);
    auto header_end = received_.find("\r\n\r\n");
    while (header_end == std::string::npos) {
      co_await read_some();
      header_end = received_.find("\r\n\r\n");
    }
    const std::string_view head = std::string_view(received_).substr(0, header_end);
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto at = head.find(kLength);
    std::size_t length = 0;
    if (at != std::string_view::npos) {
      std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), length);
    }
    Reply reply;
    std::from_chars(head.data() + 9, head.data() + 12, reply.status);
    const std::size_t end = header_end + 4 + length;
    while (received_.size() < end) co_await read_some();
    reply.head = received_.substr(0, header_end);
    reply.body = received_.substr(header_end + 4, length);
    received_.erase(0, end);
    co_return reply;
  }

  /// Writes a piece of a request as it is.
  boost::asio::awaitable<void> write(std::string piece) {
    co_await boost::asio::async_write(socket_, boost::asio::buffer(piece), boost::asio::use_awaitable);
  }

  /// Reads until the server has sent the end of a chunked reply, and returns the number of bytes. It calls
  /// `at_part` after each read.
  boost::asio::awaitable<std::uint64_t> drain_chunked(std::function<void()> at_part) {
    std::uint64_t bytes = 0;
    std::string tail;
    while (!tail.ends_with("\r\n0\r\n\r\n")) {
      const std::size_t got =
          co_await socket_.async_read_some(boost::asio::buffer(buffer_), boost::asio::use_awaitable);
      bytes += got;
      tail.append(buffer_.data(), got);
      if (tail.size() > kTail) tail.erase(0, tail.size() - kTail);
      at_part();
    }
    co_return bytes;
  }

 private:
  static constexpr std::size_t kTail = 16;

  boost::asio::awaitable<void> read_some() {
    const std::size_t got =
        co_await socket_.async_read_some(boost::asio::buffer(buffer_), boost::asio::use_awaitable);
    received_.append(buffer_.data(), got);
  }

  boost::asio::ip::tcp::socket socket_;
  std::string received_;
  std::string buffer_ = std::string(std::size_t{64} << 10U, '\0');
};

}  // namespace annals::bench
