// Spans as OTLP has them, in JSON (opentelemetry-proto, docs/specification.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/span.h"

namespace annals::tracing {

/// Says what sends the spans, in attributes such as `service.name`.
using Resource = std::vector<std::pair<std::string, std::string>>;

/// Returns an ExportTraceServiceRequest with the spans.
std::string otlp_request(const Resource& resource, std::span<const ops::EndedSpan> spans);

/// Returns how many spans of a request its receiver has not taken, by the body of a successful answer.
std::uint64_t rejected_spans(std::string_view answer);

}  // namespace annals::tracing
