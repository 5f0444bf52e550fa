#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/body.h"
#include "http/server/connection.h"

namespace annals::http {

struct OutgoingBody {
  std::shared_ptr<BodyParts> parts;
  std::optional<std::uint64_t> length;  // as announced
  bool chunked = false;
  Connection::Duration write_time{};  // for the client to take one part
  std::string request_id;
};

/// Sends a body whose header has been sent. It asks for a part once the part before is sent. Returns true if
/// the whole body was sent. An exception from a part, or a length other than announced, is logged, unless the
/// client is gone. While a part is awaited the client is watched: if it hangs up, or a second after the
/// connection was interrupted, next() is cancelled.
boost::asio::awaitable<bool> send_body(std::shared_ptr<Connection> connection, OutgoingBody body);

}  // namespace annals::http
