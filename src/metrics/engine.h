#pragma once

#include "engine/engine.h"
#include "metrics/families.h"

namespace annals::metrics {

/// Adds what the engine does and has done.
void add_engine(Families& families, const engine::Engine& engine);

}  // namespace annals::metrics
