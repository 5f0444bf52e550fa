#include "http/server/tls/stream.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include <sys/socket.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace annals::http {
namespace {

using boost::asio::ip::tcp;

// The most that one record holds (RFC 8446, 5.1).
constexpr std::size_t kMaxRecord = std::size_t{16} * 1024;

// OpenSSL's own source for sockets keeps a descriptor's number, which is another connection's once the socket
// is closed, and raises SIGPIPE. This one asks the socket, and a closed one has none.
int descriptor_of(BIO* source) {
  return static_cast<tcp::socket*>(BIO_get_data(source))->native_handle();
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int receive(BIO* source, char* space, int size) {
  const auto got = ::recv(descriptor_of(source), space, static_cast<std::size_t>(size), MSG_DONTWAIT);
  BIO_clear_retry_flags(source);
  if (got < 0 && would_block()) BIO_set_retry_read(source);
  return static_cast<int>(got);
}

int send(BIO* source, const char* bytes, int size) {
  const auto sent =
      ::send(descriptor_of(source), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  BIO_clear_retry_flags(source);
  if (sent < 0 && would_block()) BIO_set_retry_write(source);
  return static_cast<int>(sent);
}

long control(BIO* /*source*/, int command, long /*number*/, void* /*argument*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

struct MethodFreed {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};
using Method = std::unique_ptr<BIO_METHOD, MethodFreed>;

Method make_method() {
  Method method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket of Asio"));
  if (!method) throw std::bad_alloc();
  BIO_meth_set_read(method.get(), receive);
  BIO_meth_set_write(method.get(), send);
  BIO_meth_set_ctrl(method.get(), control);
  return method;
}

BIO* make_source(tcp::socket& socket) {
  static const Method method = make_method();
  BIO* source = BIO_new(method.get());
  if (source == nullptr) throw std::bad_alloc();
  BIO_set_data(source, &socket);
  BIO_set_init(source, 1);
  return source;
}

// Returns whether the first byte of a connection is that of a method of HTTP; TLS begins with 22.
bool is_method(char first) {
  return first >= 'A' && first <= 'Z';
}

std::string reason_of_errors() {
  const auto code = ERR_peek_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  if (reason != nullptr) return reason;
  return errno == 0 ? "the connection was closed" : std::generic_category().message(errno);
}

}  // namespace

void TlsStream::Freed::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, tcp::socket& socket)
    : context_(std::move(context)), socket_(socket), ssl_(SSL_new(context_->get())) {
  if (!ssl_) throw std::bad_alloc();
  BIO* source = make_source(socket);
  SSL_set_bio(ssl_.get(), source, source);
  SSL_set_accept_state(ssl_.get());
}

TlsStream::~TlsStream() = default;

// Each call clears the queue of errors first: it is the thread's, and others leave errors in it.
TlsStream::Step TlsStream::step_after(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return Step::done;
    case SSL_ERROR_WANT_READ:
      return Step::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Step::end;
    default:
      break;
  }
  broken_ = true;
  reason_ = reason_of_errors();
  ERR_clear_error();
  return Step::broken;
}

TlsStream::Step TlsStream::shake_hands() {
  if (broken_) return Step::broken;
  if (!begun_) {
    char first = 0;
    const auto got = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && would_block()) return Step::wants_read;
    if (got == 1 && is_method(first)) return Step::plain_http;
    begun_ = true;
  }
  ERR_clear_error();
  errno = 0;
  return step_after(SSL_do_handshake(ssl_.get()));
}

TlsStream::Moved TlsStream::read(std::span<char> space) {
  if (broken_) return {};
  Moved moved{.step = Step::done};
  while (moved.bytes < space.size() && moved.step == Step::done) {
    const auto rest = space.subspan(moved.bytes);
    std::size_t got = 0;
    ERR_clear_error();
    errno = 0;
    moved.step = step_after(SSL_read_ex(ssl_.get(), rest.data(), rest.size(), &got));
    moved.bytes += got;
  }
  return moved;
}

TlsStream::Step TlsStream::look() {
  if (broken_) return Step::broken;
  char first = 0;
  std::size_t got = 0;
  ERR_clear_error();
  errno = 0;
  return step_after(SSL_peek_ex(ssl_.get(), &first, 1, &got));
}

TlsStream::Moved TlsStream::write(std::string_view bytes) {
  if (broken_) return {};
  std::size_t sent = 0;
  ERR_clear_error();
  errno = 0;
  const std::size_t size = std::min(bytes.size(), kMaxRecord);
  const Step step = step_after(SSL_write_ex(ssl_.get(), bytes.data(), size, &sent));
  return {.step = step, .bytes = sent};
}

TlsStream::Step TlsStream::finish() {
  if (broken_ || SSL_is_init_finished(ssl_.get()) != 1) return Step::done;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_shutdown(ssl_.get());
  return result >= 0 ? Step::done : step_after(result);  // 0: sent, and the peer has not said the same yet
}

}  // namespace annals::http
