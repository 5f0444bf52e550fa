// The table of all settings.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/config.h"
#include "config/value.h"

namespace annals::config {

/// One setting: its name in the file, and how its value gets into a Config.
struct Key {
  std::string_view name;  // section.key
  /// Returns a complaint, or nothing when the value is set.
  std::optional<std::string> (*set)(Config& config, const Value& value);
};

/// All of them, in the order in which docs/operations.md lists them.
std::span<const Key> keys();

/// `ANNALS_SERVER_LISTEN` for `server.listen`.
std::string environment_name(std::string_view key);

}  // namespace annals::config
