#include "http/server/outgoing_body.h"

#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ops/log.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;

// Watches the connection for as long as this object lives, and emits `cancel` when the connection is lost.
class Watch {
 public:
  Watch(Connection& connection, asio::cancellation_signal& cancel, const OutgoingBody& body)
      : connection_(connection) {
    connection_.watch([&cancel] { cancel.emit(asio::cancellation_type::terminal); }, body.time_to_finish,
                      body.is_endless ? Connection::AtEof::peer_is_gone : Connection::AtEof::peer_reads);
  }
  ~Watch() { connection_.unwatch(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  Connection& connection_;
};

void log_broken(std::string_view request_id, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    ops::log(ops::Level::error, "response broken off", {{"request_id", request_id}, {"error", known.what()}});
  } catch (...) {
    ops::log(ops::Level::error, "response broken off",
             {{"request_id", request_id}, {"error", "not a std::exception"}});
  }
}

asio::awaitable<bool> send_part(std::shared_ptr<Connection> connection, std::string part, bool chunked,
                                Connection::Duration write_time) {
  connection->expires_after(write_time);
  std::string head = chunked ? fmt::format("{:x}\r\n", part.size()) : std::string();
  const bool sent = co_await connection->send(std::move(head), std::move(part), chunked ? "\r\n" : "");
  if (sent) connection->expires_never();
  co_return sent;
}

// Returns the call by which the source of a body ends it from any thread; it does nothing once the body is
// over.
std::function<void()> cut_of(const std::shared_ptr<Connection>& connection,
                             const std::shared_ptr<BodyParts>& parts) {
  return [executor = connection->executor(), weak = std::weak_ptr(connection),
          unfinished = std::weak_ptr(parts)] {
    asio::post(executor, [weak, unfinished] {
      const auto connection = weak.lock();
      if (connection && !unfinished.expired()) connection->cut();
    });
  };
}

asio::awaitable<bool> send_head(std::shared_ptr<Connection> connection, std::string head,
                                Connection::Duration write_time) {
  connection->expires_after(write_time);
  const bool sent = co_await connection->send(std::move(head), {});
  connection->expires_never();
  co_return sent;
}

// Sends part after part. Returns false if the client is gone or too slow. Throws what next() throws, and
// std::logic_error for a length other than announced.
asio::awaitable<bool> send_parts(std::shared_ptr<Connection> connection, OutgoingBody body) {
  asio::cancellation_signal cancel;
  const Watch watch(*connection, cancel, body);
  body.parts->begin(cut_of(connection, body.parts));
  std::uint64_t left = body.length.value_or(UINT64_MAX);
  for (;;) {
    // Spawned as a separate coroutine, because only such a one can be cancelled.
    auto part = co_await asio::co_spawn(connection->executor(), body.parts->next(),
                                        asio::bind_cancellation_slot(cancel.slot(), asio::use_awaitable));
    if (connection->is_lost()) co_return false;
    if (!part) break;
    if (part->empty()) continue;  // as a chunk it would end the body
    if (part->size() > left) throw std::logic_error("the body is longer than its content_length");
    left -= part->size();
    const bool sent = co_await send_part(connection, *std::move(part), body.chunked, body.write_time);
    if (!sent) co_return false;
  }
  if (body.length && left > 0) throw std::logic_error("the body is shorter than its content_length");
  if (!body.chunked) co_return true;
  connection->expires_after(body.write_time);
  const bool sent = co_await connection->send("0\r\n\r\n", {});
  co_return sent;
}

}  // namespace

asio::awaitable<bool> send_body(std::shared_ptr<Connection> connection, OutgoingBody body) {
  const bool until_close = !body.chunked && !body.length;
  const std::string request_id = body.request_id;
  // A client that reads until the connection is closed must not take a normal close for the end of the body,
  // nor, if this process dies right after the header, for an empty body.
  if (until_close) connection->reset_when_closed(true);
  bool sent = false;
  try {
    sent = co_await send_head(connection, std::move(body.head), body.write_time) &&
           co_await send_parts(connection, std::move(body));
  } catch (...) {
    if (!connection->is_lost()) log_broken(request_id, std::current_exception());
  }
  if (until_close && sent) connection->reset_when_closed(false);
  if (until_close && !sent) connection->abort();
  co_return sent;
}

}  // namespace annals::http
