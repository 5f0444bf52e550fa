#include "http/server/incoming_body.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "http/server/receive_more.h"
#include "input/errors.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPartBytes = std::size_t{64} * 1024;
// Events compress to a tenth or a fiftieth. A body that expands much more costs its sender next to nothing,
// and others the time to read it.
constexpr std::uint64_t kMaxRatio = 128;
// Whatever the ratio: a body that is read as a whole has a smaller limit, which names its size.
constexpr std::uint64_t kFreeExpansion = std::uint64_t{48} << 20U;

// Keeps a flag set for as long as this object lives.
class Raised {
 public:
  explicit Raised(bool& flag) : flag_(flag) { flag_ = true; }
  ~Raised() { flag_ = false; }
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;

 private:
  bool& flag_;
};

}  // namespace

IncomingBody::IncomingBody(std::shared_ptr<Connection> connection, RequestParser& parser, Limits limits,
                           const Encoding& encoding)
    : connection_(std::move(connection)), parser_(&parser), limits_(limits) {
  if (parser_->done()) return;
  decompressor_ = make_decompressor(encoding.content_encoding);
  if (decompressor_) decoding_ = std::make_unique<io::Budget::Share>(encoding.budget, encoding.holder);
  parser_->limit_body(limits_.max_bytes);
}

asio::awaitable<std::optional<std::string>> IncomingBody::next_calling(std::function<void()> before_wait) {
  check_open();
  connection_->expires_after(limits_.time);
  auto part = co_await read(std::move(before_wait));
  connection_->expires_never();  // no deadline for the handler's own work
  co_return part;
}

asio::awaitable<std::string> IncomingBody::whole() {
  check_open();
  connection_->expires_after(limits_.time);
  std::string body;
  for (;;) {
    auto part = co_await read({});
    if (!part) break;
    if (body.empty()) {
      body = std::move(*part);
    } else {
      body += *part;
    }
  }
  connection_->expires_never();
  co_return body;
}

asio::awaitable<void> IncomingBody::drop() {
  check_open();
  connection_->expires_after(limits_.time);
  for (bool more = true; more;) {
    const auto part = co_await read({});
    more = part.has_value();
  }
  connection_->expires_never();
}

bool IncomingBody::close() {
  connection_.reset();
  parser_ = nullptr;
  free_decompressor();
  return !reading_;
}

asio::awaitable<std::optional<std::string>> IncomingBody::read(std::function<void()> before_wait) {
  if (reading_) throw std::logic_error("a part of the request's body is being read already");
  if (failure_) std::rethrow_exception(failure_);
  const Raised reading(reading_);
  const io::RestAtEnd rests(stint_);
  try {
    auto part = co_await read_part(std::move(before_wait));
    co_return part;
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

// Calls check_open() after each wait, because close() may have been called meanwhile.
asio::awaitable<std::optional<std::string>> IncomingBody::read_part(std::function<void()> before_wait) {
  for (;;) {
    if (stint_.is_over()) co_await stint_.renew();
    check_open();
    std::string part = decompressor_ ? take_decompressed() : take();
    bytes_ += part.size();
    check_size();
    if (!part.empty()) co_return part;
    if (parser_->done()) break;
    co_await receive_next(before_wait);
  }
  if (decompressor_) decompressor_->check_end();
  free_decompressor();  // the handler may work for long
  co_return std::nullopt;
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
asio::awaitable<void> IncomingBody::receive_next(const std::function<void()>& before_wait) {
  if (!continue_sent_) co_await send_continue();
  check_open();
  if (!connection_->is_readable()) {
    stint_.rest();
    if (before_wait) before_wait();
  }
  co_await receive_more(connection_, kPartBytes);
}

asio::awaitable<void> IncomingBody::send_continue() {
  continue_sent_ = true;
  if (!parser_->expects_continue() || !connection_->received().empty()) co_return;
  const bool sent = co_await connection_->send("HTTP/1.1 100 Continue\r\n\r\n", {});
  if (!sent) throw ClientGone();
}

// Returns what has been received of the body, as it was sent.
std::string IncomingBody::take() {
  if (!parser_->done()) connection_->consume(parser_->read_body(connection_->received()));
  return parser_->take_body();
}

std::string IncomingBody::take_decompressed() {
  if (compressed_rest_.empty() && !decompressor_is_full_) {
    compressed_ = take();
    compressed_rest_ = compressed_;
    compressed_bytes_ += compressed_.size();
  }
  std::string part;
  decompressor_->put(compressed_rest_, part, kPartBytes);
  decompressor_is_full_ = part.size() == kPartBytes;
  count_memory();
  return part;
}

// Looks after each piece, because each frame may ask for more. Pages that nobody has used yet cost nothing.
void IncomingBody::count_memory() {
  const std::size_t held = decoding_->held();
  const std::size_t memory = decompressor_->memory();
  if (memory <= held || decoding_->take(memory - held)) return;
  throw Error(ErrorCode::overloaded, "Too many compressed bodies are being received. Try again later.");
}

void IncomingBody::check_size() const {
  if (bytes_ > limits_.max_bytes) throw input::body_too_large(limits_.max_bytes);
  if (!decompressor_ || bytes_ <= kFreeExpansion + (kMaxRatio * compressed_bytes_)) return;
  throw Error(ErrorCode::body_too_large,
              fmt::format("Request body expands to more than {} times its size.", kMaxRatio));
}

void IncomingBody::free_decompressor() {
  decompressor_.reset();
  decoding_.reset();
}

void IncomingBody::check_open() const {
  if (parser_ == nullptr) throw std::logic_error("the request is over; its body can no longer be read");
}

}  // namespace annals::http
