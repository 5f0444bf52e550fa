#pragma once

#include <filesystem>
#include <optional>

#include "service.h"

namespace annals::cli {

/// `annals serve`: serves until SIGTERM or SIGINT. Returns the exit code.
int serve(const std::optional<std::filesystem::path>& config_file, const Adapters& adapters);

}  // namespace annals::cli
