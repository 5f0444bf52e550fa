#include "metrics/engine.h"

namespace annals::metrics {
namespace {

void add_statements(Families& families, const engine::Activity& activity) {
  auto durations = families.histogram("annals_engine_statement_duration_seconds",
                                      "Time that statements took which the engine has done, by their kind, "
                                      "without the wait for a connection.");
  auto failures = families.counter("annals_engine_statement_failures_total",
                                   "Statements that the engine has refused or not answered, by their kind.");
  for (const auto& [kind, outcomes] : activity.statements) {
    durations.add(outcomes.succeeded, {{"kind", kind}});
    failures.add(outcomes.failed, {{"kind", kind}});
  }
  families
      .histogram("annals_engine_wait_duration_seconds",
                 "Time that statements waited for one of the connections.")
      .add(activity.waits);
  families
      .counter("annals_engine_refused_statements_total",
               "Statements that were not begun because too many were waiting.")
      .add(activity.refused);
}

void add_pools(Families& families, const engine::Activity& activity) {
  auto connections =
      families.gauge("annals_engine_connections", "Statements that may run at a time, by pool.");
  for (const auto& pool : activity.pools) connections.add(pool.connections, {{"pool", pool.name}});
  auto running = families.gauge("annals_engine_running_statements", "Statements that run, by pool.");
  for (const auto& pool : activity.pools) running.add(pool.running, {{"pool", pool.name}});
  auto waiting =
      families.gauge("annals_engine_waiting_statements", "Statements that wait for a connection, by pool.");
  for (const auto& pool : activity.pools) waiting.add(pool.waiting, {{"pool", pool.name}});
  auto max_waiting =
      families.gauge("annals_engine_max_waiting_statements", "Statements that may wait, by pool.");
  for (const auto& pool : activity.pools) max_waiting.add(pool.max_waiting, {{"pool", pool.name}});
  families.gauge("annals_engine_streams", "Large results that are being read.").add(activity.streams);
  families.gauge("annals_engine_max_streams", "Large results that may be read at a time.")
      .add(activity.max_streams);
}

}  // namespace

void add_engine(Families& families, const engine::Engine& engine) {
  const engine::Activity activity = engine.activity();
  add_statements(families, activity);
  add_pools(families, activity);
  families
      .gauge("annals_engine_write_failed",
             "1 once a write of the embedded engine to the disk has failed, until the process ends.")
      .add(engine.has_failed_write() ? 1 : 0);
}

}  // namespace annals::metrics
