#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::ops {

/// A trace's id. All zero means that there is none.
using TraceId = std::array<std::uint8_t, 16>;
/// A span's id in its trace. All zero means that there is none.
using SpanId = std::array<std::uint8_t, 8>;

/// Returns random ids, which are not all zero. Thread-safe.
TraceId random_trace_id();
SpanId random_span_id();

/// Says which trace a call belongs to (W3C Trace Context, Level 2).
struct TraceContext {
  TraceId trace_id{};
  SpanId span_id{};         // of the caller's span
  bool is_sampled = false;  // the caller may have recorded its span
  bool is_random = false;   // the last seven bytes of the trace id are random
  std::string state = {};   // the value of tracestate; empty: there is none
};

/// Reads the values of all lines of the headers `traceparent` and `tracestate`. Returns nullopt unless there
/// is one valid traceparent: the call then begins a trace. An invalid tracestate counts as none.
std::optional<TraceContext> parse_trace_context(std::span<const std::string_view> traceparents,
                                                std::span<const std::string_view> tracestates);

/// Returns the headers that give the context on: `traceparent`, and `tracestate` if there is one.
std::vector<std::pair<std::string, std::string>> trace_headers(const TraceContext& context);

}  // namespace annals::ops
