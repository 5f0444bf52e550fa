#pragma once

#include "http/traffic.h"
#include "metrics/families.h"

namespace annals::metrics {

/// Adds what a server has counted of its requests and connections.
void add_http(Families& families, const http::Traffic::Snapshot& traffic);

}  // namespace annals::metrics
