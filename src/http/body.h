#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace annals::http {

/// A body that comes in parts: of a request, as it arrives, or of a response, as it is made. One call of
/// next() at a time, on the executor of the handler. That of a request ends with the response; used later, it
/// throws std::logic_error.
class BodyParts {
 public:
  BodyParts() = default;
  virtual ~BodyParts() = default;
  BodyParts(const BodyParts&) = delete;
  BodyParts& operator=(const BodyParts&) = delete;

  /// The next part, never empty, or nothing at the end. What it throws of a request is an Error for the
  /// client; thrown by a response it breaks the connection, so that the client sees that the body is not
  /// whole. That of a response is cancelled, as Asio's coroutines are, when the client is gone or the server
  /// stops: its waits should end then, or be short, because the session is held until it returns.
  virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
};

/// The body of a request, as it arrives.
class RequestBody : public BodyParts {
 public:
  /// As next(), and calls `before_wait` each time that it has to wait for the client.
  virtual boost::asio::awaitable<std::optional<std::string>> next_calling(
      std::function<void()> before_wait) = 0;
};

}  // namespace annals::http
