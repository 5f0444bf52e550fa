#pragma once

#include <chrono>

#include "files/late_upload_removal.h"
#include "tenants/lifecycle.h"
#include "upkeep/round.h"

namespace annals::upkeep {

struct SweepTimes {
  std::chrono::milliseconds
      abandoned_at_start;                     // a tenant `creating` for longer is abandoned, in the first run
  std::chrono::milliseconds abandoned_after;  // and in the later ones
  std::chrono::milliseconds interval;
};

/// Returns the round that resumes what crashes and failures left half-done. `lifecycle` must outlive it.
Round recovery_round(tenants::Lifecycle& lifecycle, SweepTimes times);

/// Returns the round that removes what was uploaded for tenants that are gone. `removal` must outlive it.
Round late_uploads_round(files::LateUploadRemoval& removal, std::chrono::milliseconds interval);

}  // namespace annals::upkeep
