#include "metrics/writing.h"

namespace annals::metrics {

void add_lanes(Families& families, const lanes::Lanes::Status& lanes) {
  auto events = families.counter("annals_events_written_total",
                                 "Events that were acknowledged, by what became of them: a conflict is a "
                                 "duplicate with other content.");
  events.add(lanes.events.accepted, {{"outcome", "accepted"}});
  events.add(lanes.events.duplicates - lanes.events.conflicts, {{"outcome", "duplicate"}});
  events.add(lanes.events.conflicts, {{"outcome", "conflict"}});
  families.gauge("annals_lanes", "Tenants whose events are being written.").add(lanes.lanes);
  families.gauge("annals_lanes_waiting_bytes", "Bytes of events that wait for a commit.")
      .add(lanes.bytes_waiting);
  families.gauge("annals_lanes_max_waiting_bytes", "Bytes of events that may wait for a commit.")
      .add(lanes.max_bytes_waiting);
  families.gauge("annals_lanes_running_commits", "Commits in flight.").add(lanes.commits_running);
  families.gauge("annals_lanes_max_commits", "Commits that may be in flight.").add(lanes.max_commits);
  families
      .histogram("annals_lanes_commit_duration_seconds",
                 "Time that commits of events took until they were acknowledged.")
      .add(lanes.commits.succeeded);
  families.counter("annals_lanes_commit_failures_total", "Commits of events that have failed.")
      .add(lanes.commits.failed);
  families
      .counter("annals_lanes_refused_writes_total",
               "Requests with events that were refused because too many events were waiting.")
      .add(lanes.refused);
}

void add_journal(Families& families, const journal::Journal::Status& journal,
                 const lanes::Moves::Status& moves) {
  families.gauge("annals_journal_events", "Acknowledged events that are not in their tables yet.")
      .add(journal.rows);
  families.gauge("annals_journal_bytes", "Bytes of these events.").add(journal.bytes);
  families
      .gauge("annals_journal_unsynced_bytes",
             "Bytes of events that are in their tables and that the journal has not given up yet.")
      .add(journal.unsynced_bytes);
  families.gauge("annals_journal_max_bytes", "Bytes of events that the journal may hold.")
      .add(journal.max_bytes);
  families.gauge("annals_journal_tenants", "Tenants that have events in the journal.").add(journal.tenants);
  families
      .gauge("annals_journal_oldest_event_age_seconds",
             "Age of the oldest event that is not in its table yet; 0 if there is none.")
      .add(std::chrono::duration<double>(journal.age).count());
  families.gauge("annals_journal_failed", "1 once the journal has failed, until the process ends.")
      .add(journal.has_failed ? 1 : 0);
  families
      .histogram("annals_journal_commit_duration_seconds",
                 "Time that commits of the journal took, the sync of the disk included.")
      .add(journal.commits);
  families.counter("annals_journal_moved_events_total", "Events that were moved into their tables.")
      .add(moves.events);
  families
      .histogram("annals_journal_move_duration_seconds",
                 "Time that moves of a tenant's events into its table took.")
      .add(moves.moves.succeeded);
  families.counter("annals_journal_move_failures_total", "Moves of events that have failed.")
      .add(moves.moves.failed);
}

}  // namespace annals::metrics
