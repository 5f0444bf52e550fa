#pragma once

#include "journal/journal.h"
#include "lanes/lanes.h"
#include "lanes/moves.h"
#include "metrics/families.h"

namespace annals::metrics {

/// Adds what becomes of events from their request to a commit.
void add_lanes(Families& families, const lanes::Lanes::Status& lanes);

/// Adds what the journal holds, and how it is emptied.
void add_journal(Families& families, const journal::Journal::Status& journal,
                 const lanes::Moves::Status& moves);

}  // namespace annals::metrics
