#pragma once

#include <filesystem>
#include <optional>

#include "service.h"

namespace annals::cli {

/// Runs `annals serve` until SIGTERM or SIGINT and returns the exit code.
int serve(const std::optional<std::filesystem::path>& config_file, const Adapters& adapters);

/// Runs `annals serve --check`: reads the configuration and its certificate as a start would, prints what is
/// wrong or seldom meant, and starts nothing. Returns the exit code.
int check_configuration(const std::optional<std::filesystem::path>& config_file);

}  // namespace annals::cli
