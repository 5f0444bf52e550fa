// Checks settings that need, or exclude, each other.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace annals::config {

/// Records which keys were given, how they were written (`server.listen` or `ANNALS_SERVER_LISTEN`), and
/// which had invalid values.
class GivenKeys {
 public:
  /// Records a key as given. A blank value withdraws what an earlier source gave.
  void add(std::string_view key, std::string written, bool blank);
  void mark_wrong(std::string_view key) { wrong_.emplace(key); }

  [[nodiscard]] bool has(std::string_view key) const { return written_.contains(key); }
  [[nodiscard]] bool wrong(std::string_view key) const { return wrong_.contains(key); }
  /// Returns the key as the user wrote it last, or its name in the file if it was not given.
  [[nodiscard]] std::string written(std::string_view key) const;

 private:
  std::map<std::string, std::string, std::less<>> written_;
  std::set<std::string, std::less<>> wrong_;
};

/// Returns the mistakes that show only once all settings are known.
std::vector<ConfigMistake> contradictions(const Config& config, const GivenKeys& given);

}  // namespace annals::config
