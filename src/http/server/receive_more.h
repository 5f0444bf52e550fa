#pragma once

#include <cstddef>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "error.h"
#include "http/server/connection.h"

namespace annals::http {

/// Says that the client broke the connection in the middle of a request, so that no answer can be sent.
struct ClientGone : Error {
  ClientGone() : Error(ErrorCode::bad_request, "Invalid HTTP request.", "the client is gone") {}
};

/// Waits until the connection has received more of the request. Otherwise throws Error(request_too_slow),
/// Error(bad_request) if the client sends no more, or ClientGone.
boost::asio::awaitable<void> receive_more(std::shared_ptr<Connection> connection, std::size_t at_most);

}  // namespace annals::http
