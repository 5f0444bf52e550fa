#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace annals::config {

/// Returns what is no mistake but seldom meant: URLs that lead nowhere, and secrets that cross a network
/// unencrypted.
std::vector<std::string> warnings(const Config& config);

}  // namespace annals::config
