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
  std::string head;  // status line and fields, to be sent before the body
  std::shared_ptr<BodyParts> parts;
  std::optional<std::uint64_t> length;  // as announced
  bool chunked = false;
  Connection::Duration write_time{};      // for the client to take the header or one part
  Connection::Duration time_to_finish{};  // once the connection was interrupted
  bool is_endless = false;                // so a client that sends no more can only be gone
  std::string request_id;
};

/// Sends a header and its body. It asks for a part once the part before is sent. Returns true if all was
/// sent. An exception from a part, or a length other than announced, is logged, unless the client is gone.
/// While a part is awaited the client is watched: if it breaks the connection, or closes it although the body
/// is endless, or `time_to_finish` after the connection was interrupted, next() is cancelled. Any other
/// client may have finished sending and still read. A body that is not sent to its end ends with a reset,
/// also if this process dies meanwhile, wherever a normal close would look like its end.
boost::asio::awaitable<bool> send_body(std::shared_ptr<Connection> connection, OutgoingBody body);

}  // namespace annals::http
