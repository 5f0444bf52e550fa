#pragma once

#include "cli/doctor/finding.h"
#include "config/config.h"
#include "service.h"

// These examine what the service works with. They change nothing there and touch no data of a running
// service.

namespace annals::cli {

/// Examines the engine: whether the library of the embedded one can be loaded; whether a server answers, what
/// its user may do, and how far its clock is from ours.
void examine_engine(const config::Config& config, const Adapters& adapters, Findings& findings);

/// Examines whether files can be stored.
void examine_file_store(const config::Config& config, const Adapters& adapters, Findings& findings);

/// Examines the certificate of the service.
void examine_certificate(const config::Config& config, Findings& findings);

/// Asks the service that the configuration describes, if it runs, whether it is ready.
void examine_service(const config::Config& config, Findings& findings);

}  // namespace annals::cli
