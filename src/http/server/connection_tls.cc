// The part of Connection that speaks TLS: it waits for the socket between the steps of a TlsStream.
#include <algorithm>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/server/connection.h"
#include "io/pause.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;
using Step = TlsStream::Step;

constexpr std::size_t kRecordSize = std::size_t{16} * 1024;

bool is_wait(Step step) {
  return step == Step::wants_read || step == Step::wants_write;
}

// Takes up to a record's size of bytes out of the texts, so that a response with a short body is one record.
std::string take_record(std::span<asio::const_buffer> texts) {
  std::string record(std::min(kRecordSize, asio::buffer_size(texts)), '\0');
  std::size_t filled = 0;
  for (asio::const_buffer& text : texts) {
    const std::size_t taken =
        asio::buffer_copy(asio::buffer(record.data() + filled, record.size() - filled), text);
    text += taken;
    filled += taken;
  }
  return record;
}

}  // namespace

// Returns false if the wait was given up, because the deadline passed or the connection was closed or is not
// wanted any more.
asio::awaitable<bool> Connection::wait_for(TlsStream::Step wanted) {
  const auto what =
      wanted == Step::wants_write ? asio::ip::tcp::socket::wait_write : asio::ip::tcp::socket::wait_read;
  boost::system::error_code error;
  co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
  const bool is_unwanted = idle_ && (interrupted_ || unwanted_);
  co_return !error && !expired_ && !is_unwanted;
}

asio::awaitable<Secured> Connection::secure(Duration time) {
  if (!tls_) co_return Secured::yes;
  expires_after(time);
  idle_since_ = std::chrono::steady_clock::now();
  if (interrupted_ || unwanted_) co_return Secured::no;
  idle_ = true;
  const auto secured = co_await shake_hands();
  idle_ = false;
  if (secured == Secured::plain_http) tls_.reset();
  co_return secured;
}

asio::awaitable<Secured> Connection::shake_hands() {
  for (;;) {
    const Step step = tls_->shake_hands();
    if (step == Step::done) co_return Secured::yes;
    if (step == Step::plain_http) co_return Secured::plain_http;
    if (!is_wait(step)) co_return Secured::no;
    const bool ready = co_await wait_for(step);
    if (!ready) co_return Secured::no;
  }
}

std::string Connection::insecure_because() const {
  if (expired_) return "the handshake took too long";
  return tls_ ? tls_->reason() : std::string();
}

asio::awaitable<Arrival> Connection::receive_encrypted(std::size_t at_most) {
  for (;;) {
    if (expired_) co_return Arrival::late;
    const std::size_t before = received_.size();
    received_.resize(before + at_most);
    const auto [step, bytes] = tls_->read(std::span(received_).subspan(before));
    received_.resize(before + bytes);
    bytes_received_ += bytes;
    if (bytes > 0) co_return Arrival::bytes;
    if (!is_wait(step)) co_return step == Step::end ? Arrival::end : Arrival::gone;
    const bool ready = co_await wait_for(step);
    if (!ready) co_return expired_ ? Arrival::late : Arrival::gone;
  }
}

asio::awaitable<bool> Connection::send_encrypted(std::span<asio::const_buffer> texts) {
  io::Stint stint;
  for (std::string record = take_record(texts); !record.empty(); record = take_record(texts)) {
    const std::size_t size = record.size();
    // A fast reader never lets this coroutine wait.
    if (stint.is_over()) co_await stint.renew();
    const bool sent = co_await send_record(std::move(record), stint);
    if (!sent) co_return false;
    bytes_sent_ += size;
  }
  co_return true;
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
asio::awaitable<bool> Connection::send_record(std::string record, io::Stint& stint) {
  for (;;) {
    if (expired_) co_return false;
    const Step step = tls_->write(record).step;
    if (step == Step::done) co_return true;
    if (!is_wait(step)) co_return false;
    stint.rest();
    const bool ready = co_await wait_for(step);
    if (!ready) co_return false;
  }
}

// Says that nothing more is sent. Afterwards the connection is a plain one, on which what the peer still
// sends is dropped as it is.
asio::awaitable<void> Connection::finish_encrypted() {
  Step step = tls_->finish();
  while (step == Step::wants_write) {
    const bool ready = co_await wait_for(step);
    if (!ready) break;
    step = tls_->finish();
  }
  tls_.reset();
}

}  // namespace annals::http
