#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/router.h"
#include "ops/latencies.h"

namespace annals::http {

/// Counts the requests of a server by route, method and status. Thread-safe. A request costs a few additions
/// and takes no lock.
class Traffic {
 public:
  /// Requests that have no route are counted under this one.
  static constexpr std::string_view kNoRoute = "none";
  /// The method of requests that have no route: clients may send any word.
  static constexpr std::string_view kOtherMethod = "_OTHER";

  /// An answered request.
  struct Exchanged {
    const Route* route = nullptr;  // null: it had none
    bool is_head = false;          // a HEAD where the route is for GET
    int status = 0;
    std::chrono::nanoseconds taken{};  // until the answer was sent, or until it began if it is endless
    std::uint64_t received = 0;        // bytes, headers included
    std::uint64_t sent = 0;
  };

  /// A Series says what was counted of the requests with one route, method and status.
  struct Series {
    std::string_view route;  // its path, "/api/tenants/{client_id}"
    std::string_view method;
    int status = 0;  // 0: one that this service does not use
    ops::Latencies::Snapshot taken;
  };
  struct Bytes {
    std::string_view route;
    std::string_view method;
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };
  struct Snapshot {
    std::vector<Series> requests;  // those that there were
    std::vector<Bytes> bytes;      // of the same routes and methods
    std::size_t in_flight = 0;
    std::uint64_t aborted = 0;  // requests whose client was gone before there was an answer
    std::size_t connections = 0;
    std::size_t max_connections = 0;
    std::uint64_t refused_connections = 0;  // over the limit
    std::uint64_t failed_handshakes = 0;    // of TLS
  };

  /// The router must outlive this object and have all its routes.
  explicit Traffic(const Router& router);
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  void count(const Exchanged& exchanged) noexcept;
  void count_aborted() noexcept { aborted_.fetch_add(1, std::memory_order_relaxed); }
  void count_refused_connection() noexcept { refused_.fetch_add(1, std::memory_order_relaxed); }
  void count_failed_handshake() noexcept { handshakes_.fetch_add(1, std::memory_order_relaxed); }

  /// Counts a request as in flight for as long as this object lives.
  class InFlight {
   public:
    explicit InFlight(Traffic& traffic) : traffic_(traffic) { ++traffic_.in_flight_; }
    ~InFlight() { --traffic_.in_flight_; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

   private:
    Traffic& traffic_;
  };

  /// Returns what was counted; the server adds what it knows of connections.
  [[nodiscard]] Snapshot snapshot() const;

 private:
  /// The statuses that the service answers with; what is not among them is counted as 0.
  static constexpr std::array kStatuses{200, 201, 202, 204, 206, 304, 307, 400, 401, 403, 404, 405, 408, 409,
                                        412, 413, 415, 416, 422, 429, 431, 500, 501, 502, 503, 505, 507, 0};

  struct Counters {
    Counters(std::string_view its_route, std::string_view its_method)
        : route(its_route), method(its_method) {}

    const std::string_view route;
    const std::string_view method;
    std::array<ops::Latencies, kStatuses.size()> by_status = {};
    std::atomic<std::uint64_t> received = 0;
    std::atomic<std::uint64_t> sent = 0;
  };
  /// The places of a route's counters in `counters_`.
  struct Place {
    std::size_t own = 0;
    std::size_t of_head = 0;
  };

  std::deque<Counters> counters_;  // the first one is for requests without a route
  std::unordered_map<const Route*, Place> places_;
  std::atomic<std::size_t> in_flight_ = 0;
  std::atomic<std::uint64_t> aborted_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> handshakes_ = 0;
};

}  // namespace annals::http
