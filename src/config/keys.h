// The table of all settings.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/value.h"

namespace annals::config {

/// With less, the engine would refuse statements that everything depends on.
inline constexpr std::uint64_t kLeastEngineMemory = std::uint64_t{256} << 20U;

/// How the value of a setting gets into a Config, and out of it.
struct Access {
  /// Sets the value. Returns nullopt, or a complaint if the value is invalid.
  std::optional<std::string> (*set)(Config& config, const Value& value);
  /// Returns the value as the log may have it, without secrets.
  std::string (*show)(Config& config);
  bool is_secret = false;  // or a list with secrets
};

/// A setting: its name in the file, and its value.
struct Key {
  std::string_view name;  // section.key
  Access access;
};

/// Returns all settings in the order in which docs/operations.md lists them.
std::span<const Key> keys();

/// Returns the values of all settings, in the same order, as the log may have them.
std::vector<std::pair<std::string_view, std::string>> effective(Config config);

/// Returns the environment variable of a key: `ANNALS_SERVER_LISTEN` for `server.listen`.
std::string environment_name(std::string_view key);

}  // namespace annals::config
