#pragma once

#include <cstdint>

namespace annals::config {

/// Returns the bytes of memory that this process may use: those of the machine, or fewer if its control group
/// (a container, a systemd unit) has a limit.
std::uint64_t machine_memory();

/// Returns the part of it that is the embedded engine's if the configuration does not say otherwise. The
/// other half is left to the system, whose cache of files makes reading fast.
std::uint64_t memory_of_engine();

/// Returns the memory for the ids of events that are in the tables, beside an engine with that much.
std::uint64_t memory_of_known_ids(std::uint64_t memory_of_engine);

}  // namespace annals::config
