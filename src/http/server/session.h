#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "http/server/connection.h"
#include "http/server/exchange.h"

namespace annals::http {

/// Serves the requests of one connection, after its handshake if it has TLS, one after the other, until
/// either side closes it.
boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection,
                                   std::shared_ptr<const SessionContext> context);

/// Answers one request and closes the connection, because the server has too many: those for vital routes are
/// served, all others get 503.
boost::asio::awaitable<void> serve_when_full(std::shared_ptr<Connection> connection,
                                             std::shared_ptr<const SessionContext> context);

}  // namespace annals::http
