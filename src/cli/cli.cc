#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/audit/audit.h"
#include "cli/backup/backup.h"
#include "cli/command/command_tree.h"
#include "cli/command/commands.h"
#include "cli/command/completion.h"
#include "cli/context/context.h"
#include "cli/doctor/doctor.h"
#include "cli/events/events.h"
#include "cli/export/export.h"
#include "cli/import/import.h"
#include "cli/key/key.h"
#include "cli/names/names.h"
#include "cli/serve.h"
#include "cli/tenant/tenant.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/standard_streams.h"
#include "cli/version.h"
#include "cli/wrong_arguments.h"

namespace annals::cli {
namespace {

void add_import(Commands& commands) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App& command = commands.add("import", "Import events from a file into a running service",
                                   [options] { return import_file(*options); });
  command
      .add_option("FILE", options->file,
                  "NDJSON, CSV or Parquet with events, perhaps in gzip or zstd; - reads standard input")
      ->required();
  options->service.add_to(command);
  command
      .add_option("--on-error", options->on_error,
                  "On an invalid line: fail stops the import, skip writes the line to FILE.rejected")
      ->capture_default_str()
      ->check(CLI::IsMember({"fail", "skip"}));
  command.add_flag("--check", options->only_check, "Only tell which lines are no events; nothing is sent");
  command.add_flag("--restart", options->restart, "Start at the first line, whatever progress is recorded");
  command.add_option("--state", options->state,
                     "File that records the progress (default: FILE.annals-import); invalid lines are "
                     "written to STATE.rejected then");
  command
      .add_option("--batch-rows", options->batch_rows,
                  "Maximum events per request; 4 MiB of lines also complete one")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  add_examples(command, {"annals import events.ndjson --database demo", "annals import events.csv.gz --check",
                         "annals import events.ndjson.zst --database demo --on-error skip"});
}

void add_export(Commands& commands) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App& command = commands.add("export", "Export a tenant's events to a file",
                                   [options] { return export_file(*options); });
  command.add_option("FILE", options->file, "Output file; - writes to standard output")->required();
  options->service.add_to(command);
  command
      .add_option("--format", options->format,
                  "ndjson, csv or parquet (default: by the ending of FILE; without one, ndjson)")
      ->check(CLI::IsMember({"ndjson", "csv", "parquet"}));
  options->filter.add_to(command);
  add_examples(command, {"annals export events.parquet --database demo --from 2026-01-01T00:00:00Z",
                         "annals export - --database demo --record-id 7 | jq .event_data"});
}

struct ServeOptions {
  std::string config_file;
  bool only_check = false;
};

void add_serve(Commands& commands, const Adapters& adapters) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App& command = commands.add("serve", "Serve the HTTP API", [options, &adapters] {
    const auto file = options->config_file.empty()
                          ? std::nullopt
                          : std::optional<std::filesystem::path>(options->config_file);
    return options->only_check ? check_configuration(file) : serve(file, adapters);
  });
  command.add_option("--config", options->config_file,
                     "Configuration file (TOML); ANNALS_* variables take precedence");
  command.add_flag("--check", options->only_check, "Only tell what is wrong with the configuration");
  add_examples(command, {"annals serve", "annals serve --config /etc/annals/annals.toml",
                         "annals serve --config /etc/annals/annals.toml --check"});
}

void add_documents(Commands& commands) {
  const auto shell = std::make_shared<std::string>();
  const CLI::App& program = commands.program();
  CLI::App& completion =
      commands.add("completion", "Write a script that completes the commands in a shell", [shell, &program] {
        const CommandFacts tree = command_tree(program);
        print_line(*shell == "bash"  ? bash_completion(tree)
                   : *shell == "zsh" ? zsh_completion(tree)
                                     : fish_completion(tree));
        return kDone;
      });
  completion.add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  add_examples(completion, {"source <(annals completion bash)",
                            "annals completion fish > ~/.config/fish/completions/annals.fish"});
  CLI::App& manual = commands.add("manual", "Write the manual page annals(1)", [&program] {
    print_line(manual_page(command_tree(program), ANNALS_VERSION));
    return kDone;
  });
  add_examples(manual, {"annals manual | man -l -"});
}

}  // namespace

int run(int argc, char** argv, const Adapters& adapters) {
  take_closed_standard_streams();
  CLI::App app{"Annals, a multi-tenant event history service"};
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  Commands commands(app);
  add_serve(commands, adapters);
  add_import(commands);
  add_export(commands);
  add_tenant_commands(commands);
  add_names_commands(commands);
  add_key_commands(commands);
  add_events_commands(commands);
  add_audit_commands(commands);
  add_backup_commands(commands);
  add_context_commands(commands);
  add_doctor(commands, adapters);
  add_documents(commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    fmt::print(stderr, "{}", complaint_about({argv + 1, argv + argc}, app, error));
    return kMistake;
  }
  return commands.run_parsed();
}

}  // namespace annals::cli
