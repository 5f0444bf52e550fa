#include "http/server/session.h"

#include <utility>

#include "error.h"
#include "http/problem.h"
#include "http/server/request_id.h"
#include "http/server/response_text.h"
#include "ops/log.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;

// The time for a client to read why it was refused before TLS.
constexpr std::chrono::milliseconds kLinger{250};

void log_refusal(const Connection& connection) {
  const std::string reason = connection.insecure_because();
  if (reason.empty() || !ops::log_enabled(ops::Level::debug)) return;
  ops::log_damped(ops::Level::debug, "handshake refused",
                  {{"client_address", connection.peer().to_string()}, {"error", reason}});
}

// Tells a client that speaks HTTP without TLS what to do instead. Its request is not read.
asio::awaitable<void> refuse_plain_http(std::shared_ptr<Connection> connection) {
  const std::string request_id = random_request_id();
  const Response response = problem(
      Error(ErrorCode::bad_request, "This port speaks HTTPS only; use https:// in the URL."), request_id);
  const Framing framing{.request_id = request_id, .http_1_0 = false, .keep_alive = false};
  co_await connection->send(response_header(response, framing), response.body);
}

// Does the handshake. Returns false if the connection is over.
asio::awaitable<bool> secure(std::shared_ptr<Connection> connection,
                             std::shared_ptr<const SessionContext> context, Connection::Duration time) {
  const auto secured = co_await connection->secure(time);
  if (secured == Secured::yes) co_return true;
  context->traffic->count_failed_handshake();
  if (secured == Secured::no) log_refusal(*connection);
  if (secured == Secured::plain_http) co_await refuse_plain_http(connection);
  co_await connection->linger(kLinger);
  co_return false;
}

}  // namespace

asio::awaitable<void> serve(std::shared_ptr<Connection> connection,
                            std::shared_ptr<const SessionContext> context) {
  const bool secured = co_await secure(connection, context, context->limits.handshake_time);
  while (secured) {
    const bool arrived = co_await connection->wait_for_request(context->limits.idle_time);
    if (!arrived) break;
    Exchange exchange(connection, *context);
    const bool again = co_await exchange.run();
    if (!again) break;
  }
  connection->close();
}

asio::awaitable<void> serve_when_full(std::shared_ptr<Connection> connection,
                                      std::shared_ptr<const SessionContext> context) {
  const bool secured = co_await secure(connection, context, kRefusalTime);
  bool arrived = false;
  if (secured) arrived = co_await connection->wait_for_request(kRefusalTime);
  if (arrived) {
    Exchange exchange(connection, *context, true);
    co_await exchange.run();
  }
  connection->close();
}

}  // namespace annals::http
