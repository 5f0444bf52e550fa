#include "http/request_trace.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace annals::http {
namespace {

/// Methods that spans name; clients may send any word.
constexpr auto kMethods = std::to_array<std::string_view>(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"});

std::vector<std::string_view> values_of(const Request& request, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [header, value] : request.headers) {
    if (header == name) values.push_back(value);
  }
  return values;
}

}  // namespace

RequestTrace::RequestTrace(const ops::Tracer& tracer, const Request& head, bool is_vital,
                           ops::Span::Clock::time_point began) {
  const auto received =
      ops::parse_trace_context(values_of(head, "traceparent"), values_of(head, "tracestate"));
  place_ = tracer.begin(received, !is_vital);
  if (!place_.is_recorded()) return;
  span_.emplace(place_, ops::SpanKind::server, "HTTP", began);
  place_ = span_->place();
}

void RequestTrace::end(const End& end) {
  if (!span_) return;
  constexpr int kServerError = 500;
  const bool is_known = std::ranges::find(kMethods, end.method) != kMethods.end();
  const std::string method(is_known ? end.method : "_OTHER");
  const std::string_view name = is_known ? end.method : "HTTP";
  span_->rename(end.route.empty() ? std::string(name) : fmt::format("{} {}", name, end.route));
  span_->set("http.request.method", method);
  if (!end.route.empty()) span_->set("http.route", std::string(end.route));
  span_->set("url.scheme", std::string(end.scheme));
  span_->set("server.address", end.host);
  span_->set("server.port", std::int64_t{end.port});
  span_->set("network.protocol.version", end.is_http_1_0 ? "1.0" : "1.1");
  span_->set("annals.request_id", end.request_id);
  if (end.status > 0) span_->set("http.response.status_code", std::int64_t{end.status});
  if (end.status == 0) span_->fail("client_gone");
  if (end.status >= kServerError) span_->fail(fmt::format("{}", end.status));
  span_->end();
}

}  // namespace annals::http
