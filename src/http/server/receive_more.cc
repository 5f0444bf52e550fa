#include "http/server/receive_more.h"

namespace annals::http {

boost::asio::awaitable<void> receive_more(std::shared_ptr<Connection> connection, std::size_t at_most) {
  const auto arrival = co_await connection->receive(at_most);
  switch (arrival) {
    case Arrival::bytes:
      co_return;
    case Arrival::late:
      throw Error(ErrorCode::request_too_slow, "Request took too long to arrive.");
    case Arrival::end:
      throw Error(ErrorCode::bad_request, "Invalid HTTP request.", "the request ends too early");
    case Arrival::gone:
      throw ClientGone();
  }
}

}  // namespace annals::http
