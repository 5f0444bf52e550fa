#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace annals::cli {

/// A service that commands can be sent to, and whom they act for there. It names files with secrets, and
/// holds none itself. Each text may be empty.
struct Context {
  std::string url = {};
  std::string client_id = {};
  std::string database = {};
  std::string key_file = {};
  std::string secret_file = {};
  std::string ca_file = {};
};

/// The named contexts of a user, as they are kept in a TOML file. Not thread-safe.
class Contexts {
 public:
  /// Returns $XDG_CONFIG_HOME/annals/config.toml, else ~/.config/annals/config.toml; empty if neither
  /// variable is set.
  static std::filesystem::path usual_path();

  /// Reads a file; one that is missing has no contexts. Relative paths in it are relative to it, and `~/` is
  /// the home directory. Throws Mistake that names everything that is wrong in it.
  static Contexts read(const std::filesystem::path& path);

  /// Replaces the file. Throws std::system_error.
  void write(const std::filesystem::path& path) const;

  std::map<std::string, Context> all = {};
  std::string current = {};  // the name of one of them; empty: none
};

}  // namespace annals::cli
