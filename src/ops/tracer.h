#pragma once

#include <cstdint>
#include <optional>

#include "ops/span.h"

namespace annals::ops {

/// Says which traces are recorded, as OpenTelemetry's samplers of these names do.
struct Sampling {
  enum class Kind : std::uint8_t { always_on, always_off, trace_id_ratio };

  Kind kind = Kind::always_on;
  double ratio = 1;             // of traces, with trace_id_ratio
  bool is_parent_based = true;  // who has a parent is recorded as the parent is
};

/// Begins this service's part of traces. Thread-safe.
class Tracer {
 public:
  /// `sink` takes the spans and must outlive them; null: nothing is recorded, and traces are given on as they
  /// came.
  Tracer(Sampling sampling, SpanSink* sink) : sampling_(sampling), sink_(sink) {}

  /// Returns the place of a call that came with `received`, or that begins a trace. A trace that begins here
  /// is not recorded unless it is `wanted`.
  [[nodiscard]] TracePlace begin(std::optional<TraceContext> received, bool wanted = true) const;

 private:
  [[nodiscard]] bool is_sampled(const TraceContext& context, bool has_parent) const;

  const Sampling sampling_;
  SpanSink* const sink_;
};

}  // namespace annals::ops
