#pragma once

#include <atomic>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "http/router.h"
#include "http/server/connection.h"
#include "http/server/server.h"

namespace annals::http {

/// The state that the connections of one server share.
struct SessionContext {
  const Router& router;
  const ServerLimits limits;
  std::atomic<bool> stopping = false;
};

/// Serves the requests of one connection, one after the other, until either side closes it.
boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection,
                                   std::shared_ptr<const SessionContext> context);

/// Answers 503, whatever the client asks, and closes the connection, because the server has too many.
boost::asio::awaitable<void> refuse(std::shared_ptr<Connection> connection);

}  // namespace annals::http
