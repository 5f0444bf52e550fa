#include "http/server/connection.h"

#include <array>
#include <cerrno>

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace annals::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReceiveSize = std::size_t{16} * 1024;

asio::ip::address peer_of(const asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? asio::ip::address() : endpoint.address();
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::shared_ptr<const TlsContext> tls)
    : socket_(std::move(socket)),
      peer_(peer_of(socket_)),
      tls_(tls ? std::make_unique<TlsStream>(std::move(tls), socket_) : nullptr),
      timer_(socket_.get_executor()),
      finish_timer_(socket_.get_executor()) {}

// The timer is left running when the deadline moves to a later time, as it does once or more per request;
// on_timer() then looks at the deadline again.
void Connection::expires_after(Duration time) {
  expired_ = false;
  deadline_ = std::chrono::steady_clock::now() + time;
  if (!armed_ || deadline_ < timer_.expiry()) arm();
}

void Connection::expires_never() {
  expired_ = false;
  deadline_ = std::chrono::steady_clock::time_point::max();
}

void Connection::arm() {
  armed_ = true;
  timer_.expires_at(deadline_);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self) self->on_timer();
  });
}

void Connection::on_timer() {
  armed_ = false;
  if (deadline_ == std::chrono::steady_clock::time_point::max()) return;
  if (std::chrono::steady_clock::now() < deadline_) {
    arm();
    return;
  }
  expired_ = true;  // also for an operation that has completed but whose coroutine has not resumed yet
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

asio::awaitable<Arrival> Connection::receive(std::size_t at_most) {
  if (tls_) {
    const auto arrival = co_await receive_encrypted(at_most);
    co_return arrival;
  }
  if (expired_) co_return Arrival::late;
  const std::size_t before = received_.size();
  received_.resize(before + at_most);
  const auto space = asio::buffer(received_.data() + before, at_most);
  boost::system::error_code error;
  const std::size_t size =
      co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
  received_.resize(before + size);
  bytes_received_ += size;
  if (size > 0) co_return Arrival::bytes;
  if (expired_) co_return Arrival::late;
  co_return error == asio::error::eof ? Arrival::end : Arrival::gone;
}

bool Connection::is_readable() {
  if (tls_) return tls_->look() == TlsStream::Step::done;
  boost::system::error_code ignored;
  return socket_.available(ignored) > 0;
}

asio::awaitable<bool> Connection::wait_for_request(Duration time) {
  expires_after(time);
  idle_since_ = std::chrono::steady_clock::now();
  for (;;) {
    while (received_.starts_with("\r\n")) consume(2);
    const bool may_be_an_empty_line = received_ == "\r";  // of which the rest is on the way
    if (!received_.empty() && !may_be_an_empty_line) co_return true;
    if (interrupted_ || unwanted_) co_return false;
    idle_ = true;
    const auto arrival = co_await receive(kReceiveSize);
    idle_ = false;
    if (arrival != Arrival::bytes) co_return false;
  }
}

asio::awaitable<bool> Connection::send(std::string head, std::string body, std::string_view tail) {
  std::array<asio::const_buffer, 3> rest{asio::buffer(head), asio::buffer(body), asio::buffer(tail)};
  if (tls_) {
    const bool sent = co_await send_encrypted(rest);
    co_return sent;
  }
  while (asio::buffer_size(rest) > 0) {
    if (expired_) co_return false;
    boost::system::error_code error;
    std::size_t size =
        co_await socket_.async_write_some(rest, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
    bytes_sent_ += size;
    for (asio::const_buffer& text : rest) {
      const std::size_t of_text = std::min(size, text.size());
      text += of_text;
      size -= of_text;
    }
  }
  co_return true;
}

asio::awaitable<void> Connection::linger(Duration time) {
  expires_after(time);
  if (tls_) co_await finish_encrypted();
  boost::system::error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) co_return;
  for (auto arrival = Arrival::bytes; arrival == Arrival::bytes;) {
    received_.clear();
    arrival = co_await receive(kReceiveSize);
  }
}

void Connection::close() {
  if (tls_ && idle_since_.load() != kBusy) tls_->finish();
  boost::system::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
}

void Connection::close_when_idle() {
  unwanted_ = true;
  if (idle_since_.load() != kBusy) close();
}

void Connection::abort() {
  reset_when_closed(true);
  close();
}

void Connection::reset_when_closed(bool reset) {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(reset, 0), ignored);
}

void Connection::cut() {
  if (!on_lost_) return;
  reset_when_closed(true);
  lose();
}

void Connection::watch(std::function<void()> on_lost, Duration time_to_finish, AtEof at_eof) {
  time_to_finish_ = time_to_finish;
  at_eof_ = at_eof;
  on_lost_ = std::move(on_lost);
  if (tls_) {
    look_later();
  } else {
    watch_socket();
  }
  if (interrupted_) give_time_to_finish();
}

// A callback that is queued already finds no on_lost_, or, after another watch(), looks once more than
// needed.
void Connection::unwatch() {
  on_lost_ = nullptr;
  finish_timer_.cancel();
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::watch_socket() {
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [weak = weak_from_this()](const boost::system::error_code& error) {
                       const auto self = weak.lock();
                       if (!error && self && self->on_lost_) self->on_readable();
                     });
}

// Bytes of the peer may have been read and not been decrypted yet, and the socket would be silent.
void Connection::look_later() {
  asio::post(executor(), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->on_lost_) self->on_readable();
  });
}

void Connection::on_readable() {
  if (tls_) {
    const auto step = tls_->look();
    if (step == TlsStream::Step::done) return;
    if (step == TlsStream::Step::wants_read || step == TlsStream::Step::wants_write) {
      watch_socket();
    } else if (step == TlsStream::Step::end) {
      on_eof();
    } else {
      lose();
    }
    return;
  }
  char first = 0;
  const auto size = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size > 0) return;
  const bool nothing_there = size < 0 && (errno == EAGAIN || errno == EINTR);
  if (nothing_there) {
    watch_socket();
  } else if (size == 0) {
    on_eof();
  } else {
    lose();
  }
}

// From here on the socket is readable for ever. That the peer does not read either is seen by the next
// send().
void Connection::on_eof() {
  if (at_eof_ == AtEof::peer_is_gone) lose();
}

void Connection::give_time_to_finish() {
  finish_timer_.expires_after(time_to_finish_);
  finish_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self && self->on_lost_) self->lose();
  });
}

void Connection::lose() {
  lost_ = true;
  const auto on_lost = std::exchange(on_lost_, nullptr);
  close();
  on_lost();
}

void Connection::interrupt() {
  interrupted_ = true;
  boost::system::error_code ignored;
  if (idle_) socket_.cancel(ignored);
  if (on_lost_) give_time_to_finish();
}

}  // namespace annals::http
