#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/keys.h"
#include "config/value.h"

namespace annals::config {

/// The content of a configuration file: known settings with values that are not checked yet, and everything
/// else as mistakes.
struct FileContent {
  std::vector<std::pair<const Key*, Value>> settings;
  std::vector<ConfigMistake> mistakes;
};

/// Reads a TOML file. A file that cannot be read or is not TOML is a mistake whose key is its path.
FileContent read_file(const std::filesystem::path& path);

}  // namespace annals::config
