#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/cross_origin.h"
#include "http/request_trace.h"
#include "http/router.h"
#include "http/server/connection.h"
#include "http/server/forwarding.h"
#include "http/server/incoming_body.h"
#include "http/server/request_parser.h"
#include "http/server/server.h"
#include "http/traffic.h"
#include "io/budget.h"

namespace annals::http {

/// The state that the connections of one server share.
struct SessionContext {
  const Router& router;
  const ServerLimits limits;
  const CrossOrigin cross_origin;
  const TrustedProxies proxies;
  const std::string public_path;    // what a proxy takes from the front of every path
  const double logged_requests;     // the share of requests that get a line in the log
  const ops::Tracer* const tracer;  // null: requests belong to no trace
  const std::string known_as;       // the host by which the server is known
  const std::uint16_t known_port;
  const bool has_tls;
  const std::unique_ptr<Traffic> traffic;
  const std::unique_ptr<io::Budget> decoding =  // of compressed bodies that are being received
      std::make_unique<io::Budget>(io::Budget::fair(limits.max_decoding_bytes));
  std::atomic<bool> stopping = false;
};

/// The time for a request, and for a handshake before it, if the server has too many connections.
inline constexpr std::chrono::milliseconds kRefusalTime{1'000};

/// Handles one request and its response.
class Exchange {
 public:
  /// `context` must outlive this object. `is_full`: the server has too many connections.
  Exchange(std::shared_ptr<Connection> connection, const SessionContext& context, bool is_full = false);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Returns false if the connection is to be closed.
  boost::asio::awaitable<bool> run();

 private:
  boost::asio::awaitable<Response> answer();
  boost::asio::awaitable<Response> answer_routed(Request request, std::optional<Router::Match> match,
                                                 bool is_vital);
  void take_note_of(const Request& request);
  [[nodiscard]] Response redirect_or_not_found() const;
  boost::asio::awaitable<void> read_header();
  void begin_body(const Route& route, const Request& request);
  bool end_body();
  [[nodiscard]] const std::string& sender() const;
  boost::asio::awaitable<bool> send(Response response, bool keep_alive);
  boost::asio::awaitable<bool> send_traced(Response response, bool keep_alive);
  void account(int status, std::chrono::nanoseconds taken);
  void log_access(const Traffic::Exchanged& exchanged) const;
  void begin_trace(const Request& request, bool is_vital);
  void end_trace(int status);
  [[nodiscard]] ops::TracePlace place() const;

  const std::shared_ptr<Connection> connection_;
  const SessionContext& context_;
  const bool is_full_;
  const Traffic::InFlight in_flight_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const std::shared_ptr<RequestNotes> notes_ = std::make_shared<RequestNotes>();
  RequestParser parser_;
  std::shared_ptr<IncomingBody> body_;  // null if there is none, or until begin_body()
  const Route* route_ = nullptr;        // null until it is found
  bool has_header_ = false;             // a valid header was read
  std::string request_id_;
  std::string method_;
  std::string path_;
  std::string origin_;                 // of the page that sends the request; empty if there is none
  std::optional<RequestTrace> trace_;  // nullopt until there is a valid header, and if nobody traces
  std::string client_;                 // the address that the request comes from
};

}  // namespace annals::http
