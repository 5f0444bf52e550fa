#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ops/latencies.h"

namespace annals::engine {

/// The kinds of statements, as the calls of Engine distinguish them.
enum class StatementKind : std::uint8_t { execute, query, scan, stream, insert, sync };

inline constexpr std::array<std::string_view, 6> kStatementKinds{"execute", "query",  "scan",
                                                                 "stream",  "insert", "sync"};

/// Says what an engine does at a moment, and what it has done so far.
struct Activity {
  struct Pool {
    std::string_view name;
    std::size_t connections = 0;
    std::size_t running = 0;  // statements
    std::size_t waiting = 0;  // for a connection
    std::size_t max_waiting = 0;
  };
  struct Statements {
    std::string_view kind;
    ops::Outcomes::Snapshot outcomes;  // without the time of waiting
  };

  std::vector<Pool> pools = {};
  std::vector<Statements> statements = {};
  ops::Latencies::Snapshot waits = {};  // for a connection
  std::uint64_t refused = 0;            // statements that found the queue full
  std::size_t streams = 0;              // results that are being read
  std::size_t max_streams = 0;
};

/// Counts statements. Thread-safe.
class StatementCounters {
 public:
  ops::Outcomes& operator[](StatementKind kind) { return outcomes_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::vector<Activity::Statements> snapshot() const;

 private:
  std::array<ops::Outcomes, kStatementKinds.size()> outcomes_;
};

}  // namespace annals::engine
