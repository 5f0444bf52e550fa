// Loads configurations out of texts, through a real file.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "config/config.h"

namespace annals::config::testing {

using Variables = std::map<std::string, std::string>;

/// A private directory, removed at the end of its scope.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "annals-config-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot make a temporary directory: " + name);
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::filesystem::path write_file(const TemporaryDirectory& directory, const std::string& content) {
  const auto path = directory.path() / "annals.toml";
  std::ofstream(path) << content;
  return path;
}

inline Config load_from(const std::optional<std::filesystem::path>& file, const Variables& variables) {
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  EnvironmentNames names;
  for (const auto& [name, value] : variables) {
    if (name.starts_with("ANNALS_")) names.push_back(name);
  }
  return load(file, lookup, names);
}

inline Config load_text(const std::string& toml, const Variables& variables = {}) {
  const TemporaryDirectory directory;
  return load_from(write_file(directory, toml), variables);
}

inline Config load_variables(const Variables& variables) {
  return load_from(std::nullopt, variables);
}

/// The mistakes that `loader` is expected to report; a failure when it reports none.
template <class Loader>
std::vector<std::pair<std::string, std::string>> mistakes_when(Loader loader) {
  try {
    loader();
  } catch (const InvalidConfig& error) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& mistake : error.mistakes()) pairs.emplace_back(mistake.key, mistake.problem);
    return pairs;
  }
  ADD_FAILURE() << "expected InvalidConfig, but the configuration was accepted";
  return {};
}

inline auto mistakes_in_text(const std::string& toml, const Variables& variables = {}) {
  return mistakes_when([&] { load_text(toml, variables); });
}

inline auto mistakes_in_variables(const Variables& variables) {
  return mistakes_when([&] { load_variables(variables); });
}

using Mistakes = std::vector<std::pair<std::string, std::string>>;

}  // namespace annals::config::testing
