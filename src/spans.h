// What the configuration says about spans: which there are, and where they go.
#pragma once

#include <memory>

#include "config/config.h"
#include "ops/tracer.h"
#include "tracing/exporter.h"

namespace annals {

/// Returns what sends the spans away, or null if the configuration names no receiver.
std::unique_ptr<tracing::Exporter> make_exporter(const config::Config& config);

ops::Sampling sampling(const config::Config& config);

}  // namespace annals
