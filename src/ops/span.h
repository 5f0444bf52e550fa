#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ops/trace_context.h"

namespace annals::ops {

/// The kinds of spans, with the numbers that OpenTelemetry gives them.
enum class SpanKind : std::uint8_t { internal = 1, server = 2, client = 3 };

using SpanValue = std::variant<std::string, std::int64_t, double, bool>;

/// A piece of work that has ended, as it is exported.
struct EndedSpan {
  TraceId trace_id{};
  SpanId span_id{};
  SpanId parent_id{};              // all zero: the trace begins here
  bool has_remote_parent = false;  // the parent is another process's
  std::string state = {};          // see TraceContext::state
  std::string name = {};
  SpanKind kind = SpanKind::internal;
  std::chrono::system_clock::time_point began = {};
  std::chrono::nanoseconds taken{};
  std::vector<std::pair<std::string_view, SpanValue>> attributes = {};
  bool has_failed = false;
};

/// Takes the spans that have ended. Implementations are thread-safe, quick and bounded.
class SpanSink {
 public:
  SpanSink() = default;
  virtual ~SpanSink() = default;
  SpanSink(const SpanSink&) = delete;
  SpanSink& operator=(const SpanSink&) = delete;

  virtual void take(EndedSpan span) noexcept = 0;
};

/// A place in a trace: who works there belongs to the trace, and spans that begin there have the span of the
/// place as their parent. The default is no trace. Copies are cheap. Thread-safe.
class TracePlace {
 public:
  TracePlace() = default;
  /// `sink` takes the spans of the trace and must outlive all of them; null: the trace is given on and not
  /// recorded.
  TracePlace(TraceContext context, SpanSink* sink);

  [[nodiscard]] bool is_recorded() const { return trace_ != nullptr && trace_->sink != nullptr; }
  /// Returns the ids in lower-case hexadecimal digits, "" if there is no trace.
  [[nodiscard]] std::string trace_id() const;
  [[nodiscard]] std::string span_id() const;
  /// Returns the headers with which other services are called from here; none without a trace.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers() const;

  bool operator==(const TracePlace&) const = default;

 private:
  friend class Span;

  struct Trace {
    TraceContext context;
    SpanSink* sink = nullptr;
  };

  std::shared_ptr<const Trace> trace_;  // null: there is none
  SpanId span_id_{};
};

/// Records one piece of work, from its construction until end() or its destruction. Where nothing is recorded
/// it does nothing and costs nothing. Texts of users must not get into names and values. Not thread-safe.
class Span {
 public:
  using Clock = std::chrono::steady_clock;

  Span(const TracePlace& place, SpanKind kind, std::string_view name, Clock::time_point began = Clock::now());
  ~Span() { end(); }
  Span(Span&& other) noexcept = default;
  Span& operator=(Span&&) = delete;

  [[nodiscard]] bool is_recorded() const { return span_ != nullptr; }
  /// Returns the place of what is done for this piece of work.
  [[nodiscard]] const TracePlace& place() const { return place_; }

  void rename(std::string name);
  /// `key` must be a literal.
  void set(std::string_view key, SpanValue value);
  /// Marks the work as failed, with one of few words for the reason.
  void fail(std::string reason);
  /// Ends the work. Later calls do nothing.
  void end() noexcept;

 private:
  std::unique_ptr<EndedSpan> span_;  // null if it is not recorded, or has ended
  Clock::time_point began_;
  TracePlace place_;
};

}  // namespace annals::ops
