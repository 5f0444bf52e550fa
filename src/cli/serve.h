#pragma once

#include <filesystem>
#include <optional>

#include "service.h"

namespace annals::cli {

/// Runs `annals serve` until SIGTERM or SIGINT and returns the exit code.
int serve(const std::optional<std::filesystem::path>& config_file, const Adapters& adapters);

}  // namespace annals::cli
