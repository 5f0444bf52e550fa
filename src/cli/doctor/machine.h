#pragma once

#include "cli/doctor/finding.h"
#include "config/config.h"

// These examine what this machine gives a service, and change nothing on it.

namespace annals::cli {

/// Examines the limits of open files and of memory.
void examine_limits(const config::Config& config, Findings& findings);

/// Examines whether data.dir is there, whose it is and who else can reach what is in it, and whether a
/// service uses it now.
void examine_data_directory(const config::Config& config, Findings& findings);

/// Examines the room on the disk of data.dir.
void examine_disk(const config::Config& config, Findings& findings);

/// Examines whether the system keeps its clock in time.
void examine_clock(Findings& findings);

}  // namespace annals::cli
