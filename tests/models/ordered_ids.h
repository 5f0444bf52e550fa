#pragma once

namespace annals::models {

/// In the programs of the models a random id names the process that makes it and how many it has made before.
/// So a run with the same choices has the same ids, and states that differ in the order in which processes
/// came by their ids do not differ. Call this before that process goes on. Not thread-safe.
void make_ids_for(int process);

/// Forgets how many ids were made, for the next run.
void begin_ids();

}  // namespace annals::models
