#pragma once

#include <filesystem>
#include <optional>

#include "service.h"

namespace annals::cli {

/// Exit codes of the program.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kMistake = 2;

/// `annals serve`: serves until SIGTERM or SIGINT. Returns the exit code.
int serve(const std::optional<std::filesystem::path>& config_file, const Adapters& adapters);

}  // namespace annals::cli
