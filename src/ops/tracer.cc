#include "ops/tracer.h"

#include <utility>

namespace annals::ops {
namespace {

/// Returns whether the trace is among that share of all: the same for everybody who looks at its id, and the
/// more traces the higher the share, as other implementations of this sampler decide.
bool is_within(double ratio, const TraceId& id) {
  if (ratio >= 1) return true;
  constexpr int kBits = 63;
  std::uint64_t number = 0;
  for (std::size_t i = id.size() / 2; i < id.size(); ++i) number = (number << 8U) | id.at(i);
  const auto bound = static_cast<std::uint64_t>(ratio * static_cast<double>(std::uint64_t{1} << kBits));
  return number >> 1U < bound;
}

}  // namespace

TracePlace Tracer::begin(std::optional<TraceContext> received, bool wanted) const {
  const bool has_parent = received.has_value();
  TraceContext context =
      has_parent ? *std::move(received) : TraceContext{.trace_id = random_trace_id(), .is_random = true};
  if (sink_ != nullptr) context.is_sampled = (has_parent || wanted) && is_sampled(context, has_parent);
  const bool is_recorded = sink_ != nullptr && context.is_sampled;
  // A trace that is given on needs a span, recorded or not.
  if (!has_parent && !is_recorded) context.span_id = random_span_id();
  return {std::move(context), is_recorded ? sink_ : nullptr};
}

bool Tracer::is_sampled(const TraceContext& context, bool has_parent) const {
  if (has_parent && sampling_.is_parent_based) return context.is_sampled;
  switch (sampling_.kind) {
    case Sampling::Kind::always_on:
      return true;
    case Sampling::Kind::always_off:
      return false;
    case Sampling::Kind::trace_id_ratio:
      return is_within(sampling_.ratio, context.trace_id);
  }
  return false;
}

}  // namespace annals::ops
