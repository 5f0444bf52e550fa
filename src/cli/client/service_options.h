#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "cli/client/service_client.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace annals::cli {

/// Reports a mistake in the arguments that the parser cannot detect.
class Mistake : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Holds the options of every command that talks to a running service. Keys come from files or the
/// environment only, because every user of the machine can read a command line.
class ServiceOptions {
 public:
  /// Says whom a command is about: one tenant, which it names, or the whole platform.
  enum class Kind : std::uint8_t { tenant, platform };

  explicit ServiceOptions(Kind kind = Kind::tenant) : kind_(kind) {}

  /// Adds the options to a command. This object must outlive the parsing.
  void add_to(CLI::App& command);

  /// Returns the access that the parsed options describe. Throws Mistake if they describe none.
  [[nodiscard]] ServiceAccess access() const;

 private:
  Kind kind_;
  std::string url_ = "http://127.0.0.1:8080";
  std::string client_id_;
  std::string key_file_;
  std::string secret_file_;
  std::string ca_file_;
  int patience_ = 300;
};

}  // namespace annals::cli
