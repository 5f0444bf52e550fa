#pragma once

#include "metrics/families.h"

namespace annals::metrics {

/// Adds what the system knows of this process, under the names that Prometheus has for it everywhere. Leaves
/// out what cannot be read.
void add_process(Families& families);

}  // namespace annals::metrics
