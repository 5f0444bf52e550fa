#include <unistd.h>

#include <map>
#include <string>

#include "config/config.h"

namespace annals::config {
namespace {

// Returns a copy of the variables that begin with ANNALS_.
std::map<std::string, std::string, std::less<>> process_environment() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    if (!variable.starts_with("ANNALS_")) continue;
    const auto equals = std::min(variable.find('='), variable.size());
    variables.emplace(variable.substr(0, equals), variable.substr(std::min(equals + 1, variable.size())));
  }
  return variables;
}

}  // namespace

Config load(const std::optional<std::filesystem::path>& file) {
  const auto variables = process_environment();
  EnvironmentNames names;
  for (const auto& [name, value] : variables) names.push_back(name);
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  return load(file, lookup, names);
}

}  // namespace annals::config
