#include "metrics/exposition.h"

#include <string_view>
#include <utility>

#include "metrics/engine.h"
#include "metrics/families.h"
#include "metrics/http.h"
#include "metrics/process.h"
#include "metrics/writing.h"
#include "text/time.h"

namespace annals::metrics {
namespace {

template <class Point>
double seconds_of(Point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void add_files(Families& families, const files::CountedStore& store) {
  const auto calls = store.calls();
  auto durations =
      families.histogram("annals_files_call_duration_seconds",
                         "Time that calls of the file store took, retries included, by operation.");
  for (const auto& [operation, outcomes] : calls)
    durations.add(outcomes.succeeded, {{"operation", operation}});
  auto failures = families.counter("annals_files_call_failures_total",
                                   "Calls of the file store that have failed, by operation.");
  for (const auto& [operation, outcomes] : calls) failures.add(outcomes.failed, {{"operation", operation}});
}

void add_tenants(Families& families, tenants::Tenancy& tenancy) {
  auto states = families.gauge("annals_tenants",
                               "Tenants by state. Those that are creating are abandoned ones. With a remote "
                               "engine the active ones are not counted.");
  if (const auto active = tenancy.directory().active()) states.add(*active, {{"state", "active"}});
  if (const auto unfinished = tenancy.lifecycle().unfinished()) {
    states.add(unfinished->creating, {{"state", "creating"}});
    states.add(unfinished->deleting, {{"state", "deleting"}});
  }
  families
      .gauge("annals_registry_lost",
             "1 if the registry of tenants is lost: there are databases of tenants that it does not know.")
      .add(tenancy.reconciliation().registry_is_lost() ? 1 : 0);
}

void add_streams(Families& families, const history::OpenStreams& exports, const history::OpenStreams& tails) {
  auto open = families.gauge("annals_streams", "Open exports and tails, by kind.");
  open.add(exports.size(), {{"kind", "export"}});
  open.add(tails.size(), {{"kind", "tail"}});
  auto most = families.gauge("annals_max_streams", "Exports and tails that may be open, by kind.");
  most.add(exports.max_size(), {{"kind", "export"}});
  most.add(tails.max_size(), {{"kind", "tail"}});
}

void add_upkeep(Families& families, const std::vector<upkeep::Upkeep::Status>& rounds) {
  auto runs =
      families.counter("annals_background_runs_total", "Runs of background work, by round and outcome.");
  for (const auto& round : rounds) {
    runs.add(round.succeeded, {{"round", round.round}, {"outcome", "succeeded"}});
    runs.add(round.failed, {{"round", round.round}, {"outcome", "failed"}});
  }
  auto last = families.gauge("annals_background_last_success_timestamp_seconds",
                             "When background work has succeeded last, by round.");
  for (const auto& round : rounds) {
    if (round.last_success) last.add(seconds_of(*round.last_success), {{"round", round.round}});
  }
}

/// Adds when what the service signs or is known by expires. What never expires has no sample.
void add_expiries(Families& families, const Exposition::Parts& parts) {
  auto expiries = families.gauge("annals_credentials_expiry_timestamp_seconds",
                                 "When credentials expire: the certificate of TLS, those for S3, and the "
                                 "first of the keys that were made over the API.");
  if (parts.certificates) expiries.add(seconds_of(parts.certificates->ends()), {{"credentials", "tls"}});
  if (const auto s3 = parts.files.credentials_expire_at()) {
    expiries.add(seconds_of(*s3), {{"credentials", "s3"}});
  }
  if (const auto key = parts.keys.next_expiry(text::now())) {
    expiries.add(seconds_of(*key), {{"credentials", "key"}});
  }
  if (parts.certificates) {
    families
        .gauge("annals_tls_reload_failed",
               "1 if the files of server.tls have changed and cannot be used, so that an earlier certificate "
               "stays.")
        .add(parts.certificates->has_failed() ? 1 : 0);
  }
}

void add_trail(Families& families, const audit::Trail& trail) {
  const auto [waiting, lost] = trail.status();
  families.gauge("annals_audit_waiting_records", "Records of the audit trail that wait to be written.")
      .add(waiting);
  families
      .counter("annals_audit_lost_records_total", "Records of the audit trail that found no room to wait.")
      .add(lost);
}

void add_spans(Families& families, const tracing::Exporter* exporter) {
  const auto status = exporter == nullptr ? tracing::Exporter::Status() : exporter->status();
  families.gauge("annals_spans_waiting", "Spans of traces that wait to be sent.").add(status.waiting);
  families.gauge("annals_spans_max_waiting", "Spans of traces that may wait to be sent.")
      .add(status.max_waiting);
  families.counter("annals_spans_exported_total", "Spans of traces that their receiver has taken.")
      .add(status.exported);
  auto lost =
      families.counter("annals_spans_lost_total",
                       "Spans of traces that were lost, by reason: too many waited, the receiver was not "
                       "reached or refused them, or it took others and not them.");
  lost.add(status.without_room, {{"reason", "no_room"}});
  lost.add(status.failed, {{"reason", "not_sent"}});
  lost.add(status.rejected, {{"reason", "rejected"}});
}

void add_disk(Families& families, const Exposition::Disk& disk) {
  families.gauge("annals_disk_free_bytes", "Bytes that can still be written to the disk of data.dir.")
      .add(disk.free_bytes);
  families.gauge("annals_disk_min_free_bytes", "Free bytes of that disk below which no events are taken.")
      .add(disk.min_free_bytes);
}

}  // namespace

std::string Exposition::text() const {
  Families families;
  families.gauge("annals_build_info", "1, with the version of Annals and the kind of its engine.")
      .add(1, {{"version", ANNALS_VERSION}, {"engine", parts_.engine_kind}});
  add_http(families, parts_.traffic());
  add_lanes(families, parts_.lanes.status());
  if (parts_.journal != nullptr && parts_.moves != nullptr) {
    add_journal(families, parts_.journal->status(), parts_.moves->status());
  }
  add_engine(families, parts_.engine);
  add_files(families, parts_.files);
  add_tenants(families, parts_.tenancy);
  add_streams(families, parts_.exports, parts_.tails);
  add_expiries(families, parts_);
  add_trail(families, parts_.trail);
  add_spans(families, parts_.spans);
  add_upkeep(families, parts_.upkeep());
  if (const auto disk = parts_.disk()) add_disk(families, *disk);
  families
      .gauge("annals_tables_with_broken_parts",
             "Tables of which the engine has set parts aside because they are broken.")
      .add(parts_.broken_parts.tables());
  add_process(families);
  return families.text();
}

}  // namespace annals::metrics
