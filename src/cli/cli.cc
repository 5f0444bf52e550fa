#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/export/export.h"
#include "cli/import/import.h"
#include "cli/serve.h"
#include "cli/terminal/exit_codes.h"

namespace annals::cli {
namespace {

#ifdef ANNALS_SANITIZED
constexpr const char* kVersion = "annals " ANNALS_VERSION " (sanitized build: engine.kind = remote only)";
#else
constexpr const char* kVersion = "annals " ANNALS_VERSION;
#endif

void add_options(CLI::App& command, ImportOptions& options) {
  command.add_option("FILE", options.file, "Events as NDJSON; - is standard input")->required();
  options.service.add_to(command);
  command
      .add_option("--on-error", options.on_error,
                  "At a line that is no event: fail, or skip and put it into FILE.rejected")
      ->capture_default_str()
      ->check(CLI::IsMember({"fail", "skip"}));
  command.add_flag("--restart", options.restart, "Begin at the first line, whatever FILE.annals-import says");
  command.add_option("--batch-rows", options.batch_rows, "Events in one request (of 4 MiB at most)")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
}

void add_options(CLI::App& command, ExportOptions& options) {
  command.add_option("FILE", options.file, "Where the events go; - is standard output")->required();
  options.service.add_to(command);
  command
      .add_option("--format", options.format, "ndjson, csv or parquet (default: as FILE ends, else ndjson)")
      ->check(CLI::IsMember({"ndjson", "csv", "parquet"}));
  // Without this the second value of an option would take FILE's place, or FILE the value's.
  const auto repeatable = [&command](const std::string& name, std::vector<std::string>& values) {
    command.add_option(name, values, "Only these; may be repeated")->allow_extra_args(false);
  };
  repeatable("--record-id", options.record_ids);
  repeatable("--event-type-id", options.event_type_ids);
  repeatable("--source-type-id", options.source_type_ids);
  repeatable("--source-id", options.source_ids);
  command.add_option("--from", options.from, "Only events of this time (RFC 3339) and later");
  command.add_option("--to", options.to, "Only events before this time");
  command.add_option("--q", options.words, "Only events with these words in event_data");
}

/// Runs a command and turns what it throws into an exit code and words.
template <class Command>
int run_guarded(const char* name, Command command) {
  try {
    return command();
  } catch (const Mistake& mistake) {
    fmt::print(stderr, "annals {}: {}\n", name, mistake.what());
    return kMistake;
  } catch (const std::exception& error) {
    fmt::print(stderr, "annals {}: {}\n", name, error.what());
    return kFailed;
  }
}

}  // namespace

int run(int argc, char** argv, const Adapters& adapters) {
  CLI::App app{"Annals, a multi-tenant event history service"};
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  std::string config_file;
  CLI::App* serve_command = app.add_subcommand("serve", "Serve the HTTP API");
  serve_command->add_option("--config", config_file,
                            "Configuration file (TOML); ANNALS_* variables win over it");
  ImportOptions import_options;
  CLI::App* import_command = app.add_subcommand("import", "Bring events from a file into a running service");
  add_options(*import_command, import_options);
  ExportOptions export_options;
  CLI::App* export_command = app.add_subcommand("export", "Write a tenant's events to a file");
  add_options(*export_command, export_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kMistake;
  }
  if (import_command->parsed()) return run_guarded("import", [&] { return import_file(import_options); });
  if (export_command->parsed()) return run_guarded("export", [&] { return export_file(export_options); });
  return serve(config_file.empty() ? std::nullopt : std::optional<std::filesystem::path>(config_file),
               adapters);
}

}  // namespace annals::cli
