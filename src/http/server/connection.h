#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/server/tls/context.h"
#include "http/server/tls/stream.h"
#include "io/pause.h"

namespace annals::http {

/// The result of waiting for the peer.
enum class Arrival : std::uint8_t {
  bytes,  // something was received
  late,   // the deadline passed first
  end,    // EOF: the peer sends no more
  gone,   // the connection is broken or was interrupted
};

/// The result of a handshake.
enum class Secured : std::uint8_t {
  yes,         // or the connection is to be a plain one
  plain_http,  // the peer speaks HTTP without TLS; from here on the connection is a plain one
  no,          // the peer and this side do not agree, the deadline passed or the connection broke
};

/// Wraps one TCP connection, with or without TLS, and puts a deadline on every wait. Call everything on its
/// strand, executor(). No function throws, except std::bad_alloc.
///
/// Over TLS every function does what it does without. `received()` holds decrypted bytes; the peer's
/// close_notify is its EOF, and a connection that ends without one is broken. The peer gets a close_notify
/// from linger() and when the connection is closed between two requests, and from nothing else: a response
/// that is cut never looks whole.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// The socket's executor must be a strand that only this connection uses. Without `tls` the connection is a
  /// plain one.
  explicit Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<const TlsContext> tls = nullptr);

  [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }

  /// Returns the other side's address; unspecified if the connection was broken from the start.
  [[nodiscard]] const boost::asio::ip::address& peer() const { return peer_; }

  /// Does the handshake of TLS, if the connection is to have TLS, for at most `time`. Meanwhile the
  /// connection is idle. Call it before everything else.
  boost::asio::awaitable<Secured> secure(Duration time);
  /// Returns why secure() returned `no`.
  [[nodiscard]] std::string insecure_because() const;

  /// Returns the bytes that were received and are not consumed yet.
  [[nodiscard]] std::string_view received() const { return received_; }
  void consume(std::size_t bytes) { received_.erase(0, bytes); }

  /// Sets the deadline of all waits until the next call of expires_after() or expires_never().
  void expires_after(Duration time);
  /// Removes the deadline. Call it when nothing is being waited for.
  void expires_never();

  /// Waits until more bytes arrive and takes up to `at_most` of them.
  boost::asio::awaitable<Arrival> receive(std::size_t at_most);

  /// Returns how many bytes were received, decrypted, since the last call.
  std::uint64_t take_received() { return std::exchange(bytes_received_, 0); }
  /// Returns how many bytes were sent, before encryption, since the last call.
  std::uint64_t take_sent() { return std::exchange(bytes_sent_, 0); }

  /// Returns whether receive() would return bytes at once.
  [[nodiscard]] bool is_readable();

  /// Waits for the first byte of a request. Returns false if none arrives within `time`, the peer closes or
  /// interrupt() is called. Empty lines before a request are skipped (RFC 9112, 2.2). From here until
  /// has_request() the connection is idle.
  boost::asio::awaitable<bool> wait_for_request(Duration time);

  /// Says that the header of a request has been read.
  void has_request() { idle_since_ = kBusy; }
  /// Returns since when the connection has been idle, or kBusy. Thread-safe.
  [[nodiscard]] std::chrono::steady_clock::time_point idle_since() const { return idle_since_; }
  static constexpr auto kBusy = std::chrono::steady_clock::time_point::max();
  /// Closes the connection, now or as soon as it is idle.
  void close_when_idle();

  /// Sends the texts, one after the other. Returns false if the deadline passes first or the connection
  /// breaks. `tail` must live until the coroutine has ended.
  boost::asio::awaitable<bool> send(std::string head, std::string body, std::string_view tail = {});

  /// Chooses what an EOF means while the connection is watched: a peer that sends no more may still read, or
  /// be gone.
  enum class AtEof : std::uint8_t { peer_reads, peer_is_gone };

  /// Watches the connection until unwatch(), while nothing is being received. If the peer breaks it or, if
  /// that is what an EOF means, closes it, or `time_to_finish` after interrupt(), closes the connection,
  /// makes is_lost() true and calls `on_lost`. Once the peer has sent more bytes, or an EOF that means less,
  /// it is no longer watched, because what follows cannot be seen.
  void watch(std::function<void()> on_lost, Duration time_to_finish, AtEof at_eof);
  /// Ends watch(). Call it when nothing is being waited for.
  void unwatch();
  /// Breaks a watched connection, so that the peer sees that it is broken, as if the peer had broken it.
  void cut();
  [[nodiscard]] bool is_lost() const { return lost_; }

  /// Shuts down the sending side, then receives and drops what the peer still sends, for at most `time`. If
  /// the connection were closed with bytes unread, it would be reset, and the peer might lose the response.
  /// Afterwards only close() is of use.
  boost::asio::awaitable<void> linger(Duration time);

  void close();
  /// Resets the connection, so that the peer sees that it is broken.
  void abort();
  /// Chooses whether the system resets the connection when it is closed, also because this process has died.
  void reset_when_closed(bool reset);

  /// Ends secure() and wait_for_request(), now or at its next call if no bytes are at hand. Closes a watched
  /// connection later.
  void interrupt();

 private:
  boost::asio::awaitable<Secured> shake_hands();
  boost::asio::awaitable<bool> wait_for(TlsStream::Step wanted);
  boost::asio::awaitable<Arrival> receive_encrypted(std::size_t at_most);
  boost::asio::awaitable<bool> send_encrypted(std::span<boost::asio::const_buffer> texts);
  boost::asio::awaitable<bool> send_record(std::string record, io::Stint& stint);
  boost::asio::awaitable<void> finish_encrypted();
  void arm();
  void on_timer();
  void watch_socket();
  void look_later();
  void on_readable();
  void on_eof();
  void give_time_to_finish();
  void lose();

  boost::asio::ip::tcp::socket socket_;
  const boost::asio::ip::address peer_;
  std::unique_ptr<TlsStream> tls_;  // null: a plain connection
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer finish_timer_;  // runs after interrupt(), while watched
  std::string received_;
  std::function<void()> on_lost_;  // null unless watched
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  std::atomic<std::chrono::steady_clock::time_point> idle_since_ = kBusy;
  Duration time_to_finish_{};
  AtEof at_eof_ = AtEof::peer_is_gone;
  std::uint64_t bytes_received_ = 0;
  std::uint64_t bytes_sent_ = 0;
  bool armed_ = false;        // the timer runs
  bool expired_ = false;      // the deadline passed
  bool idle_ = false;         // in wait_for_request() or secure()
  bool interrupted_ = false;  // interrupt() was called
  bool unwanted_ = false;     // close_when_idle() was called
  bool lost_ = false;         // was closed while watched
};

}  // namespace annals::http
