// Settings that need, or exclude, each other.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace annals::config {

/// Which keys were given, how they were written (`server.listen` or `ANNALS_SERVER_LISTEN`), and which had
/// wrong values.
class GivenKeys {
 public:
  /// A blank value takes back what an earlier source gave.
  void add(std::string_view key, std::string written, bool blank);
  void mark_wrong(std::string_view key) { wrong_.emplace(key); }

  [[nodiscard]] bool has(std::string_view key) const { return written_.contains(key); }
  [[nodiscard]] bool wrong(std::string_view key) const { return wrong_.contains(key); }
  /// As the user wrote it last, or its name in the file.
  [[nodiscard]] std::string written(std::string_view key) const;

 private:
  std::map<std::string, std::string, std::less<>> written_;
  std::set<std::string, std::less<>> wrong_;
};

/// The mistakes that show only when all settings are known.
std::vector<ConfigMistake> contradictions(const Config& config, const GivenKeys& given);

}  // namespace annals::config
