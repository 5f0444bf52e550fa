#include "metrics/http.h"

#include <string>

namespace annals::metrics {
namespace {

void add_requests(Families& families, const http::Traffic::Snapshot& traffic) {
  auto durations =
      families.histogram("annals_http_request_duration_seconds",
                         "Time from the first byte of a request to the last one of its answer, or to the "
                         "first one if the answer is endless, by route, method and status.");
  for (const auto& series : traffic.requests) {
    const std::string status = series.status == 0 ? "other" : std::to_string(series.status);
    durations.add(series.taken, {{"route", series.route}, {"method", series.method}, {"status", status}});
  }
  auto received = families.counter("annals_http_received_bytes_total",
                                   "Bytes of requests, headers included and decrypted.");
  auto sent = families.counter("annals_http_sent_bytes_total", "Bytes of answers, headers included.");
  for (const auto& bytes : traffic.bytes) {
    received.add(bytes.received, {{"route", bytes.route}, {"method", bytes.method}});
    sent.add(bytes.sent, {{"route", bytes.route}, {"method", bytes.method}});
  }
}

}  // namespace

void add_http(Families& families, const http::Traffic::Snapshot& traffic) {
  add_requests(families, traffic);
  families.gauge("annals_http_requests_in_flight", "Requests that are being answered, tails included.")
      .add(traffic.in_flight);
  families.counter("annals_http_requests_aborted_total", "Requests whose client was gone before the answer.")
      .add(traffic.aborted);
  families.gauge("annals_http_connections", "Open connections of clients.").add(traffic.connections);
  families.gauge("annals_http_max_connections", "Connections that may be open.").add(traffic.max_connections);
  families
      .counter("annals_http_refused_connections_total",
               "Connections over the limit, answered 503 or closed without an answer.")
      .add(traffic.refused_connections);
  families
      .counter("annals_http_failed_handshakes_total",
               "Connections that ended before TLS was agreed on, those without a byte included.")
      .add(traffic.failed_handshakes);
}

}  // namespace annals::metrics
