#pragma once

#include <chrono>
#include <string_view>

#include "access/keys.h"
#include "audit/trail.h"
#include "audit/trail_table.h"
#include "engine/engine.h"
#include "events/changes.h"
#include "events/parts/broken_parts.h"
#include "events/parts/unindexed_parts.h"
#include "events/table_upgrade.h"
#include "files/late_upload_removal.h"
#include "history/arrival_poll.h"
#include "history/open_streams.h"
#include "lanes/moves.h"
#include "names/tenant_names.h"
#include "quotas/metering.h"
#include "retention/retention.h"
#include "tenants/directory.h"
#include "tenants/lifecycle.h"
#include "tenants/reconciliation.h"
#include "upkeep/round.h"

namespace annals::upkeep {

struct SweepTimes {
  std::chrono::milliseconds
      abandoned_at_start;                     // a tenant `creating` for longer is abandoned, in the first run
  std::chrono::milliseconds abandoned_after;  // and in the later ones
  std::chrono::milliseconds interval;
};

/// Returns the round that resumes what crashes and failures left half-done, and then compares the registry
/// with the databases. Both references must outlive it.
Round recovery_round(tenants::Lifecycle& lifecycle, tenants::Reconciliation& reconciliation,
                     SweepTimes times);

/// Returns the round that reads all tenants into the directory, if this is the only instance. `directory`
/// must outlive it.
Round tenants_round(tenants::TenantDirectory& directory, std::chrono::milliseconds interval);

/// Returns the round that reads the platform keys into memory, as other instances change them. `ring` must
/// outlive it.
Round key_ring_round(access::KeyRing& ring);

/// Returns the round that stores when keys were used, and removes what is left of deleted ones. `keys` must
/// outlive it.
Round keys_round(access::Keys& keys);

/// Returns the round that reports broken parts of tables, once each. `parts` must outlive it.
Round broken_parts_round(events::BrokenParts& parts, std::chrono::milliseconds interval);

/// Returns the round that has the words of large imports indexed, which no merge has indexed. `parts` must
/// outlive it.
Round words_round(events::UnindexedParts& parts);

/// Returns the round that gives what the engine has written by itself (merged parts) to the disk now and
/// then. `engine` must outlive it.
Round sync_round(engine::Engine& engine);

/// Returns the round that moves events from the journal into their tables. `moves` must outlive it.
Round moves_round(lanes::Moves& moves);

/// Returns the round that finds out what other instances have written. `poll` must outlive it.
Round arrival_poll_round(history::ArrivalPoll& poll);

/// Returns the round that cuts the streams of tenants that are suspended, or that another instance deletes.
/// `kind` says in the round's name which streams they are; the others must outlive the round.
Round streams_round(std::string_view kind, history::OpenStreams& streams,
                    tenants::TenantDirectory& directory);

/// Returns the round that gives tables of the version before the form of today. `tables` must outlive it.
Round upgrade_round(events::TableUpgrade& tables, std::chrono::milliseconds interval);

/// Returns the round that writes those records of the audit trail for which nobody waits. `trail` must
/// outlive it.
Round trail_round(audit::Trail& trail);

/// Returns the round that removes old records of the audit trail. Both references must outlive it.
Round trail_retention_round(audit::TrailTable& table, retention::Retention& retention,
                            std::chrono::days kept);

/// Returns the round that stores and measures what tenants with quotas use. `metering` must outlive it.
Round metering_round(quotas::Metering& metering);

/// Returns the round that enforces the retention of tenants. `retention` must outlive it.
Round retention_round(retention::Retention& retention, std::chrono::milliseconds interval);

/// Returns the round that removes what was uploaded for tenants that are gone. `removal` must outlive it.
Round late_uploads_round(files::LateUploadRemoval& removal, std::chrono::milliseconds interval);

/// Returns the round that removes changes of tenants that are gone. `administration` must outlive it.
Round settings_round(tenants::Administration& administration, std::chrono::milliseconds interval);

/// Returns the round that removes names of ids that a crash has left of tenants that are gone. `names` must
/// outlive it.
Round names_round(names::TenantNames& names, std::chrono::milliseconds interval);

}  // namespace annals::upkeep
