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
  command.add_option("FILE", options.file, "NDJSON file with events; - reads standard input")->required();
  options.service.add_to(command);
  command
      .add_option("--on-error", options.on_error,
                  "On an invalid line: fail stops the import, skip writes the line to FILE.rejected")
      ->capture_default_str()
      ->check(CLI::IsMember({"fail", "skip"}));
  command.add_flag("--restart", options.restart, "Start at the first line and ignore FILE.annals-import");
  command
      .add_option("--batch-rows", options.batch_rows,
                  "Maximum events per request; 4 MiB of lines also complete one")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
}

void add_options(CLI::App& command, ExportOptions& options) {
  command.add_option("FILE", options.file, "Output file; - writes to standard output")->required();
  options.service.add_to(command);
  command
      .add_option("--format", options.format,
                  "ndjson, csv or parquet (default: the extension of FILE, else ndjson)")
      ->check(CLI::IsMember({"ndjson", "csv", "parquet"}));
  // With extra arguments allowed, an option would take every argument that follows it, FILE included.
  const auto repeatable = [&command](const std::string& name, std::vector<std::string>& values) {
    command.add_option(name, values, "Export only events with this value; may be repeated")
        ->allow_extra_args(false);
  };
  repeatable("--record-id", options.record_ids);
  repeatable("--event-type-id", options.event_type_ids);
  repeatable("--source-type-id", options.source_type_ids);
  repeatable("--source-id", options.source_ids);
  command.add_option("--from", options.from, "Export only events at or after this time (RFC 3339)");
  command.add_option("--to", options.to, "Export only events before this time (RFC 3339)");
  command.add_option("--q", options.words, "Export only events with these words in event_data");
}

/// Runs a command and turns an exception into a message and an exit code.
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
                            "Configuration file (TOML); ANNALS_* variables take precedence");
  ImportOptions import_options;
  CLI::App* import_command = app.add_subcommand("import", "Import events from a file into a running service");
  add_options(*import_command, import_options);
  ExportOptions export_options;
  CLI::App* export_command = app.add_subcommand("export", "Export a tenant's events to a file");
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
