#pragma once

#include <cstddef>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "error.h"
#include "http/server/connection.h"

namespace annals::http {

/// The client broke the connection in the middle of a request: there is nobody to answer.
struct ClientGone : Error {
  ClientGone() : Error(ErrorCode::bad_request, "Invalid HTTP request.", "the client is gone") {}
};

/// Waits until the connection has received more of the request. Throws an Error for anything else:
/// request_too_slow, bad_request when the client sends no more, ClientGone.
boost::asio::awaitable<void> receive_more(std::shared_ptr<Connection> connection, std::size_t at_most);

}  // namespace annals::http
