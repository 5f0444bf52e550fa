#pragma once

#include <cstdint>
#include <string>

#include "cli/client/service_client.h"

namespace annals::cli {

/// Returns the number of a tenant's events that satisfy a filter, which is that of FilterOptions::query().
/// Throws Mistake if the service rejects the filter, and ServiceRefusal for any other failure.
std::uint64_t count_events(ServiceClient& client, const std::string& filter);

}  // namespace annals::cli
