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

/// The result of waiting for the peer.
enum class Arrival : std::uint8_t {
  bytes,  // something was received
  late,   // the deadline passed first
  end,    // EOF: the peer sends no more
  gone,   // the connection is broken or was interrupted
};

/// Wraps one TCP connection and puts a deadline on every wait. Call everything on its strand, executor(). No
/// function throws, except std::bad_alloc.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// The socket's executor must be a strand that only this connection uses.
  explicit Connection(boost::asio::ip::tcp::socket socket);

  [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }

  /// Returns the bytes that were received and are not consumed yet.
  [[nodiscard]] std::string_view received() const { return received_; }
  void consume(std::size_t bytes) { received_.erase(0, bytes); }

  /// Sets the deadline of all waits until the next call of expires_after() or expires_never().
  void expires_after(Duration time);
  /// Removes the deadline. Call it when nothing is being waited for.
  void expires_never();

  /// Waits until more bytes arrive and takes up to `at_most` of them.
  boost::asio::awaitable<Arrival> receive(std::size_t at_most);

  /// Returns whether receive() would return bytes at once.
  [[nodiscard]] bool is_readable() const;

  /// Waits for the first byte of a request. Returns false if none arrives within `time`, the peer closes or
  /// interrupt() is called. Empty lines before a request are skipped (RFC 9112, 2.2).
  boost::asio::awaitable<bool> wait_for_request(Duration time);

  /// Sends the texts, one after the other. Returns false if the deadline passes first or the connection
  /// breaks. `tail` must live until the coroutine has ended.
  boost::asio::awaitable<bool> send(std::string head, std::string body, std::string_view tail = {});

  /// Watches the connection until unwatch(), while nothing is being received. If the peer closes or breaks
  /// it, or a second after interrupt(), closes the connection, makes is_lost() true and calls `on_lost`. Once
  /// the peer has sent more bytes it is no longer watched, because an EOF after them cannot be seen.
  void watch(std::function<void()> on_lost);
  /// Ends watch(). Call it when nothing is being waited for.
  void unwatch();
  [[nodiscard]] bool is_lost() const { return lost_; }

  /// Shuts down the sending side, then receives and drops what the peer still sends, for at most `time`. If
  /// the connection were closed with bytes unread, it would be reset, and the peer might lose the response.
  boost::asio::awaitable<void> linger(Duration time);

  void close();
  /// Resets the connection, so that the peer sees that it is broken.
  void abort();

  /// Ends wait_for_request(), now or at its next call if no bytes are at hand. Closes a watched connection a
  /// second later.
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
  boost::asio::steady_timer finish_timer_;  // runs after interrupt(), while watched
  std::string received_;
  std::function<void()> on_lost_;  // null unless watched
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool armed_ = false;        // the timer runs
  bool expired_ = false;      // the deadline passed
  bool idle_ = false;         // in wait_for_request()
  bool interrupted_ = false;  // interrupt() was called
  bool lost_ = false;         // was closed while watched
};

}  // namespace annals::http
