#include "derived_limits.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <thread>

#include <fmt/format.h>

#include "io/descriptor_limit.h"
#include "ops/log.h"

namespace annals {
namespace {

using namespace std::chrono_literals;

/// How many tenants may wait for the journal at a time. Most of them wait together, for one sync.
constexpr std::size_t kJournalCommits = 256;

/// Returns how many connections there may be: half of the open files that the system grants are left to the
/// engine, so that connections cannot hang everything.
std::uint64_t max_connections(const config::Config& config) {
  return std::min<std::uint64_t>(config.server.max_connections, io::raise_descriptor_limit() / 2);
}

}  // namespace

http::ServerLimits server_limits(const config::Config& config) {
  return {.max_connections = max_connections(config),
          .max_body_bytes = config.server.max_body_bytes,
          .body_time = config.server.request_timeout,
          .idle_time = config.server.idle_timeout,
          .finish_time = 5s};
}

bool shares_its_engine(const config::Config& config) {
  return config.engine.kind == config::EngineKind::remote;
}

std::chrono::milliseconds max_tenant_age(const config::Config& config) {
  return shares_its_engine(config) ? config.tenants.cache_time : kNoOtherInstance;
}

lanes::LaneLimits lane_limits(const config::Config& config) {
  return {.max_bytes_waiting_per_tenant = config.events.max_waiting_bytes_per_tenant,
          .max_bytes_waiting = config.events.max_waiting_bytes,
          .max_commits = shares_its_engine(config) ? config.events.commits : kJournalCommits,
          .max_large_commits = config.events.commits,
          .gather_time = shares_its_engine(config) ? lanes::default_gather_time : lanes::no_gather_time};
}

upkeep::SweepTimes sweep_times(const config::Config& config) {
  // No living process works on what an embedded engine still has in `creating` at start.
  return {.abandoned_at_start = shares_its_engine(config) ? config.tenants.creating_timeout : 0ms,
          .abandoned_after = config.tenants.creating_timeout,
          .interval = config.tenants.sweep_interval};
}

std::chrono::milliseconds retention_pause(const config::Config& config) {
  return std::min<std::chrono::milliseconds>(config.retention.interval, 60s);
}

tenants::QuotaValues default_quotas(const config::Config& config) {
  tenants::QuotaValues values;
  values[tenants::Quota::events_per_second] = config.quotas.events_per_second;
  values[tenants::Quota::bytes_per_day] = config.quotas.bytes_per_day;
  values[tenants::Quota::stored_bytes] = config.quotas.stored_bytes;
  values[tenants::Quota::requests_per_second] = config.quotas.requests_per_second;
  return values;
}

std::chrono::milliseconds longest_upload(const config::Config& config) {
  // Another instance may give out a URL a moment later, and its clock may be a little slow.
  constexpr auto kOtherInstances = 10s;
  return config.files.url_time + config.files.upload_time + kOtherInstances;
}

// Each export keeps a connection to the engine, which lets streams have half of its connections.
history::OpenStreams::Limits export_limits(const config::Config& config) {
  const auto total = std::max<std::size_t>(1, config.engine.connections / 2);
  return {.total = total, .of_one = std::max<std::size_t>(1, total / 2), .reserved = total > 1 ? 1U : 0U};
}

// A tail keeps a connection of a client. A quarter of them stays free of tails.
history::OpenStreams::Limits tail_limits(const config::Config& config) {
  const std::size_t connections = max_connections(config);
  return {.total = std::max<std::size_t>(1, connections * 3 / 4),
          .of_one = std::max<std::size_t>(1, connections / 2),
          .reserved = connections / 16};
}

int thread_count(const config::Config& config) {
  const auto wanted =
      config.server.threads != 0 ? config.server.threads : std::thread::hardware_concurrency();
  return static_cast<int>(std::max(1U, wanted));
}

// An engine reads and merges files of parts, some dozens per statement.
void log_limits(const config::Config& config) {
  constexpr std::uint64_t kFilesOfStatement = 256;
  constexpr std::uint64_t kFilesOfMerges = 2048;
  const std::uint64_t needed = config.server.max_connections + config.engine.connections * kFilesOfStatement +
                               (shares_its_engine(config) ? 0 : kFilesOfMerges);
  const std::uint64_t limit = io::raise_descriptor_limit();
  const bool is_low = limit < needed;
  if (max_connections(config) < config.server.max_connections) {
    ops::log(ops::Level::warning,
             "server.max_connections is more than the limit of open files allows; it is lowered",
             {{"max_connections", max_connections(config)}, {"open_files", limit}});
  }
  ops::log(is_low ? ops::Level::warning : ops::Level::debug,
           is_low ? "the limit of open files is low; raise it (LimitNOFILE=, ulimit -n)" : "limits",
           {{"open_files", limit},
            {"open_files_needed", needed},
            {"engine_memory_bytes", config.engine.max_memory_bytes}});
}

}  // namespace annals
