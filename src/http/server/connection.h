#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace annals::http {

/// What came of waiting for the peer.
enum class Arrival : std::uint8_t {
  bytes,  // something was received
  late,   // the deadline passed first
  end,    // the peer sends no more
  gone,   // the connection is broken, or was interrupted
};

/// One TCP connection with a deadline on every wait. Everything is called on its strand, executor(), and
/// nothing throws but for want of memory.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// The socket's executor is a strand of its own.
  explicit Connection(boost::asio::ip::tcp::socket socket);

  [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }

  /// What was received and not consumed yet.
  [[nodiscard]] std::string_view received() const { return received_; }
  void consume(std::size_t bytes) { received_.erase(0, bytes); }

  /// From now on, for all waits until the next call.
  void expires_after(Duration time);
  /// Nothing is being waited for.
  void expires_never();

  /// Waits for more to be received, and takes `at_most` bytes of it.
  boost::asio::awaitable<Arrival> receive(std::size_t at_most);

  /// Whether receive() would give bytes at once.
  [[nodiscard]] bool is_readable() const;

  /// Waits for the first byte of a request; false when none came within `time`, the peer closed or
  /// interrupt() was called. Empty lines before a request are skipped (RFC 9112, 2.2).
  boost::asio::awaitable<bool> wait_for_request(Duration time);

  /// Sends the texts, one after the other; false when they did not get out before the deadline. `tail` must
  /// live as long as that takes.
  boost::asio::awaitable<bool> send(std::string head, std::string body, std::string_view tail = {});

  /// From now on, while nothing is being received: when the peer closes or breaks the connection, or a second
  /// after interrupt(), closes the connection, is_lost(), and calls `on_lost`. A peer that has sent more
  /// bytes is not watched any further, as its end cannot be seen behind them.
  void watch(std::function<void()> on_lost);
  /// To be called when nothing is being waited for.
  void unwatch();
  [[nodiscard]] bool is_lost() const { return lost_; }

  /// Says that nothing more will be sent, then takes and drops what the peer still sends, for at most `time`:
  /// closed with bytes unread, the connection would be reset, and the peer might lose the response over it.
  boost::asio::awaitable<void> linger(Duration time);

  void close();
  /// Closes the connection so that the peer sees it broken.
  void abort();

  /// Ends wait_for_request(), now or when it is next called without bytes at hand, and in a second what is
  /// being watched.
  void interrupt();

 private:
  void arm();
  void on_timer();
  void watch_socket();
  void on_readable();
  void give_time_to_finish();
  void lose();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer finish_timer_;  // since interrupt(), while watched
  std::string received_;
  std::function<void()> on_lost_;  // while watched
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool armed_ = false;        // the timer runs
  bool expired_ = false;      // the deadline passed
  bool idle_ = false;         // in wait_for_request()
  bool interrupted_ = false;  // interrupt() was called
  bool lost_ = false;         // while it was watched
};

}  // namespace annals::http
