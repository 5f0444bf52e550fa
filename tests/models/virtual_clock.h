#pragma once

#include <chrono>

namespace annals::models {

/// In the programs of the models the steady clock stands still until a model sets it forward, so that a run
/// with the same choices goes the same way, and a lease runs out when the model says so. Thread-safe.
void set_forward(std::chrono::nanoseconds time);

/// Returns the time since the beginning of the run.
std::chrono::nanoseconds virtual_time();

/// Sets the clock back to the beginning, for the next run.
void begin_time();

/// Returns what the steady clock shows outside of the models.
std::chrono::nanoseconds real_time();

}  // namespace annals::models
