#pragma once

#include <stdexcept>
#include <string>

#include "cli/client/service_client.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace annals::cli {

/// A mistake in the arguments that the parser cannot see.
class Mistake : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The options of every command that speaks to a running service. Keys come from files or the environment
/// only: a command line is read by everybody on the machine.
class ServiceOptions {
 public:
  /// This must outlive the parsing.
  void add_to(CLI::App& command);

  /// Throws Mistake.
  [[nodiscard]] ServiceAccess access() const;

 private:
  std::string url_ = "http://127.0.0.1:8080";
  std::string client_id_;
  std::string key_file_;
  std::string secret_file_;
  std::string ca_file_;
  int patience_ = 300;
};

}  // namespace annals::cli
