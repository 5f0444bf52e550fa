#pragma once

#include <cstdint>
#include <string>

#include "cli/client/service_client.h"
#include "cli/command/mistake.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace annals::cli {

/// Holds the options of every command that talks to a running service. Keys come from files or the
/// environment only, because every user of the machine can read a command line. What no option says comes
/// from the context that --context or ANNALS_CONTEXT names, then from the other variables, then from the
/// user's current context. The key of a context is sent to no other address than its own.
class ServiceOptions {
 public:
  /// Says whom a command is about: one tenant, which it names, or the whole platform.
  enum class Kind : std::uint8_t { tenant, platform };

  explicit ServiceOptions(Kind kind = Kind::tenant) : kind_(kind) {}

  /// Adds the options to a command. This object must outlive the parsing.
  void add_to(CLI::App& command);

  /// Returns the access that the parsed options describe. If they name the tenant by its database, the
  /// service is asked for its id. Throws Mistake if they describe none, and ServiceRefusal if that request
  /// fails.
  [[nodiscard]] ServiceAccess access() const;

 private:
  struct Surroundings;
  [[nodiscard]] Surroundings surroundings() const;
  void take_tenant(ServiceAccess& access, const Surroundings& around) const;
  void take_key(ServiceAccess& access, const Surroundings& around) const;

  Kind kind_;
  std::string url_;
  std::string context_;
  std::string client_id_;
  std::string database_;
  std::string key_file_;
  std::string secret_file_;
  std::string ca_file_;
  int patience_ = 300;
};

}  // namespace annals::cli
