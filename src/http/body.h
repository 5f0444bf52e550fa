#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace annals::http {

/// Yields a body in parts: a request's as it arrives, or a response's as it is made. At most one call of
/// next() may be in flight, on the executor of the handler. A request's body ends with the response; used
/// later, it throws std::logic_error.
class BodyParts {
 public:
  BodyParts() = default;
  virtual ~BodyParts() = default;
  BodyParts(const BodyParts&) = delete;
  BodyParts& operator=(const BodyParts&) = delete;

  /// Is called with what breaks the connection, before the first next() of a response's body. It may be
  /// called from any thread and at any time, also after the body has ended.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): those that override it keep the function
  virtual void begin(std::function<void()> /*break_off*/) {}

  /// Returns the next part, which is never empty, or nullopt at the end. A request's body throws an Error for
  /// the client. If a response's body throws, the connection is broken, so that the client sees that the body
  /// is not whole. next() of a response's body is cancelled, as Asio's coroutines are, when the client is
  /// gone or the server stops: its waits should end then, or be short, because the session is held until it
  /// returns.
  virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
};

/// Yields the body of a request as it arrives.
class RequestBody : public BodyParts {
 public:
  /// Does the same as next(), and calls `before_wait` each time before it waits for the client.
  virtual boost::asio::awaitable<std::optional<std::string>> next_calling(
      std::function<void()> before_wait) = 0;
};

}  // namespace annals::http
