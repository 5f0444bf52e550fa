#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "ops/span.h"
#include "ops/tracer.h"

namespace annals::http {

/// Keeps the trace that a request belongs to, and records the request as its span. The span has the route and
/// the request's id, and nothing else that the client has written. Not thread-safe.
class RequestTrace {
 public:
  /// How a request ended, and where.
  struct End {
    std::string_view method;
    std::string_view route;  // empty: it had none
    const std::string& request_id;
    int status = 0;  // 0: the client was gone before there was an answer
    std::string_view scheme;
    const std::string& host;  // by which the server is known
    std::uint16_t port = 0;
    bool is_http_1_0 = false;
  };

  /// Continues the trace that the headers name, or begins one, which is not recorded if the route is a vital
  /// one: health is asked for every few seconds. `tracer` must outlive this object.
  RequestTrace(const ops::Tracer& tracer, const Request& head, bool is_vital,
               ops::Span::Clock::time_point began);

  /// Returns the place of the work for the request.
  [[nodiscard]] const ops::TracePlace& place() const { return place_; }

  /// Ends the span.
  void end(const End& end);

 private:
  ops::TracePlace place_;
  std::optional<ops::Span> span_;  // nullopt: nothing is recorded
};

}  // namespace annals::http
