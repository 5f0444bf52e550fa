#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/serve.h"

namespace annals::cli {
namespace {

#ifdef ANNALS_SANITIZED
constexpr const char* kVersion = "annals " ANNALS_VERSION " (sanitized build: engine.kind = remote only)";
#else
constexpr const char* kVersion = "annals " ANNALS_VERSION;
#endif

}  // namespace

int run(int argc, char** argv, const Adapters& adapters) {
  CLI::App app{"Annals, a multi-tenant event history service"};
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  std::string config_file;
  CLI::App* serve_command = app.add_subcommand("serve", "Serve the HTTP API");
  serve_command->add_option("--config", config_file,
                            "Configuration file (TOML); ANNALS_* variables win over it");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kMistake;
  }
  return serve(config_file.empty() ? std::nullopt : std::optional<std::filesystem::path>(config_file),
               adapters);
}

}  // namespace annals::cli
