#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "http/router.h"
#include "http/server/tls/contexts.h"
#include "http/traffic.h"
#include "ops/tracer.h"

namespace annals::http {

struct ServerLimits {
  std::size_t max_connections = 1024;  // beyond them the longest idle one is closed; if none is: 503
  std::size_t max_header_bytes = std::size_t{16} * 1024;
  std::size_t max_body_bytes = std::size_t{1} << 20U;        // as sent, and decompressed
  std::size_t max_decoding_bytes = std::size_t{512} << 20U;  // to decompress all bodies that are arriving
  std::chrono::milliseconds handshake_time{10'000};          // for TLS to be agreed on
  std::chrono::milliseconds header_time{10'000};  // from the first byte of a request to the end of its header
  std::chrono::milliseconds body_time{30'000};    // for the body to arrive, or for a part of it
  std::chrono::milliseconds idle_time{60'000};    // between two requests of one connection
  std::chrono::milliseconds write_time{30'000};   // for the client to take a response, or a part of it
  std::chrono::milliseconds finish_time{1'000};   // for a response in parts to end once the server stops
};

/// The ServerSurroundings stand between the server and its clients.
struct ServerSurroundings {
  std::shared_ptr<const TlsContexts> tls = {};    // null: HTTP without TLS
  std::vector<std::string> cross_origins = {};    // the pages that may read answers, see CrossOrigin
  std::vector<std::string> trusted_proxies = {};  // see TrustedProxies
  std::string public_path = {};  // what a proxy takes from the front of paths, without a slash at its end
  const ops::Tracer* tracer = nullptr;  // must outlive the server and its connections; null: no traces
  std::string known_as = {};     // the host of the URLs that lead here; empty: the address of the server
  std::uint16_t known_port = 0;  // of the same; 0: the port of the server
  double logged_requests = 0;    // the share of requests that get a line in the log; failures: all, unless 0
};

/// Serves HTTP/1.1 with one coroutine per connection, straight through read → route → authenticate → read the
/// body → handle → write. Every request gets an answer, whatever it holds; a refused one in the contract's
/// error shape.
class Server {
 public:
  /// Binds and listens at once. `address` is an IP address; port 0 takes any free port. Throws
  /// std::system_error, or std::invalid_argument for what is no network in `around`. The router must outlive
  /// the server and its connections.
  Server(boost::asio::any_io_executor executor, const std::string& address, std::uint16_t port,
         const Router& router, ServerLimits limits, ServerSurroundings around = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// Returns what was counted of this server's requests and connections. Thread-safe.
  [[nodiscard]] Traffic::Snapshot traffic() const;

  /// Starts accepting.
  void start();

  /// Stops accepting and closes idle connections. Requests in flight are answered with `Connection: close`. A
  /// response in parts is broken off if it has not ended after `finish_time`, or a second if it is endless.
  /// Thread-safe.
  void stop();

  /// Waits until the last connection is closed. Returns false if `patience` runs out first. Call it after
  /// stop(), from a thread that does not run the executor.
  bool wait_closed(std::chrono::milliseconds patience);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace annals::http
