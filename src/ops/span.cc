#include "ops/span.h"

#include "text/hex.h"

namespace annals::ops {

TracePlace::TracePlace(TraceContext context, SpanSink* sink) : span_id_(context.span_id) {
  trace_ = std::make_shared<const Trace>(Trace{.context = std::move(context), .sink = sink});
}

std::string TracePlace::trace_id() const {
  return trace_ ? text::to_hex(trace_->context.trace_id) : std::string();
}

std::string TracePlace::span_id() const {
  return trace_ ? text::to_hex(span_id_) : std::string();
}

std::vector<std::pair<std::string, std::string>> TracePlace::headers() const {
  if (!trace_) return {};
  TraceContext context = trace_->context;
  context.span_id = span_id_;
  return trace_headers(context);
}

Span::Span(const TracePlace& place, SpanKind kind, std::string_view name, Clock::time_point began)
    : began_(began), place_(place) {
  if (!place.is_recorded()) return;
  const TraceContext& context = place.trace_->context;
  place_.span_id_ = random_span_id();
  span_ = std::make_unique<EndedSpan>(EndedSpan{
      .trace_id = context.trace_id,
      .span_id = place_.span_id_,
      .parent_id = place.span_id_,
      .has_remote_parent = kind == SpanKind::server && place.span_id_ != SpanId{},
      .state = context.state,
      .name = std::string(name),
      .kind = kind,
      .began = std::chrono::system_clock::now() -
               std::chrono::duration_cast<std::chrono::system_clock::duration>(Clock::now() - began)});
}

void Span::rename(std::string name) {
  if (span_) span_->name = std::move(name);
}

void Span::set(std::string_view key, SpanValue value) {
  if (span_) span_->attributes.emplace_back(key, std::move(value));
}

void Span::fail(std::string reason) {
  if (!span_) return;
  span_->has_failed = true;
  span_->attributes.emplace_back("error.type", std::move(reason));
}

void Span::end() noexcept {
  if (!span_) return;
  span_->taken = Clock::now() - began_;
  place_.trace_->sink->take(std::move(*span_));
  span_.reset();
}

}  // namespace annals::ops
