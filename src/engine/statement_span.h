#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "engine/activity.h"
#include "io/http_client.h"
#include "ops/span.h"

namespace annals::engine {

/// Records a statement as a span of the trace that it belongs to: its operation, its name for the engine and
/// what became of it, and nothing of its text or its values. Not thread-safe.
class StatementSpan {
 public:
  /// `sql` is the statement's text, of which the first word is recorded; "" if it has none.
  StatementSpan(const ops::TracePlace& place, StatementKind kind, std::string_view sql,
                const std::string& query_id);

  /// Returns the headers with which the statement is sent to a server; none without a trace.
  [[nodiscard]] io::HttpHeaders headers() const { return span_.place().headers(); }

  /// Records how long the statement has waited for a connection.
  void has_waited(std::chrono::nanoseconds time);

  /// Returns what `work()` returns, and records the exception that it throws.
  template <class Work>
  decltype(auto) around(Work work) {
    try {
      return work();
    } catch (...) {
      fail();
      throw;
    }
  }

 private:
  void fail();

  ops::Span span_;
};

}  // namespace annals::engine
