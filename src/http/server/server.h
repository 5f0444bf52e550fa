#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "http/router.h"

namespace annals::http {

struct ServerLimits {
  std::size_t max_connections = 1024;
  std::size_t max_header_bytes = std::size_t{16} * 1024;
  std::size_t max_body_bytes = std::size_t{1} << 20U;  // as sent, and decompressed
  std::chrono::milliseconds header_time{10'000};  // from the first byte of a request to the end of its header
  std::chrono::milliseconds body_time{30'000};    // for the body to arrive, or for a part of it
  std::chrono::milliseconds idle_time{60'000};    // between two requests of one connection
  std::chrono::milliseconds write_time{30'000};   // for the client to take a response, or a part of it
};

/// Serves HTTP/1.1 with one coroutine per connection, straight through read → route → authenticate → read the
/// body → handle → write. Every request gets an answer, whatever it holds; a refused one in the contract's
/// error shape.
class Server {
 public:
  /// Binds and listens at once. `address` is an IP address; port 0 takes any free port. Throws
  /// std::system_error. The router must outlive the server and its connections.
  Server(boost::asio::any_io_executor executor, const std::string& address, std::uint16_t port,
         const Router& router, ServerLimits limits);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// Starts accepting.
  void start();

  /// Stops accepting and closes idle connections. Requests in flight are answered with `Connection: close`. A
  /// response in parts that has not ended a second later is broken off. Thread-safe.
  void stop();

  /// Waits until the last connection is closed. Returns false if `patience` runs out first. Call it after
  /// stop(), from a thread that does not run the executor.
  bool wait_closed(std::chrono::milliseconds patience);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace annals::http
