#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/backup/backup.h"
#include "cli/export/export.h"
#include "cli/import/import.h"
#include "cli/key/key.h"
#include "cli/serve.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/standard_streams.h"
#include "cli/version.h"
#include "cli/wrong_arguments.h"

namespace annals::cli {
namespace {

void add_options(CLI::App& command, ImportOptions& options) {
  command.add_option("FILE", options.file, "NDJSON file with events; - reads standard input")->required();
  options.service.add_to(command);
  command
      .add_option("--on-error", options.on_error,
                  "On an invalid line: fail stops the import, skip writes the line to FILE.rejected")
      ->capture_default_str()
      ->check(CLI::IsMember({"fail", "skip"}));
  command.add_flag("--restart", options.restart, "Start at the first line, whatever progress is recorded");
  command.add_option("--state", options.state,
                     "File that records the progress (default: FILE.annals-import); invalid lines are "
                     "written to STATE.rejected then");
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
                  "ndjson, csv or parquet (default: by the ending of FILE; without one, ndjson)")
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

/// A command `annals key …`.
struct KeyCommand {
  const char* name;
  const char* summary;
  int (*run)(const KeyOptions& options);
};

constexpr std::array<KeyCommand, 6> kKeyCommands{
    {{"create", "Make a key and write it to standard output", create_key},
     {"list", "List the keys, newest first", list_keys},
     {"show", "Show one key as JSON, without its secret", show_key},
     {"disable", "Disable a key", disable_key},
     {"enable", "Enable a disabled key", enable_key},
     {"delete", "Delete a key", delete_key}}};

void add_options(CLI::App& command, KeyOptions& options) {
  command.require_subcommand(1);
  options.service.add_to(command);
  for (const KeyCommand& one : kKeyCommands) {
    CLI::App& subcommand = *command.add_subcommand(one.name, one.summary)->fallthrough();
    if (one.run == create_key) {
      subcommand.add_option("--name", options.name, "What people call the key")->required();
      subcommand
          .add_option("--role", options.role,
                      "admin (everything), ingest (write events, upload) or read (history, files, exports)")
          ->required()
          ->check(CLI::IsMember({"admin", "ingest", "read"}));
      subcommand
          .add_option("--client-id", options.client_ids,
                      "Bind the key to this tenant; may be repeated (default: all tenants)")
          ->allow_extra_args(false);
      subcommand.add_option("--expires-at", options.expires_at,
                            "When the key expires (RFC 3339; default: never)");
    } else if (one.run != list_keys) {
      subcommand.add_option("KEY_ID", options.key_id, "The key's key_id")->required();
    }
  }
}

int run_key_command(const CLI::App& command, const KeyOptions& options) {
  for (const KeyCommand& one : kKeyCommands) {
    if (command.got_subcommand(one.name)) return one.run(options);
  }
  throw Mistake("a command is missing");
}

/// A command `annals backup …`.
struct BackupCommand {
  const char* name;
  const char* summary;
  int (*run)(const BackupOptions& options);
};

constexpr std::array<BackupCommand, 4> kBackupCommands{
    {{"create", "Back up one client or everything, and write the backup's id to standard output",
      create_backup},
     {"list", "List the backups in the destination, newest first", list_backups},
     {"show", "Show one backup as JSON", show_backup},
     {"verify", "Read a whole backup and compare it with its manifest", verify_backup}}};

void add_no_wait(CLI::App& command, BackupOptions& options) {
  command.add_flag("--no-wait", options.no_wait, "Return at once, while the service works");
}

void add_options(CLI::App& command, BackupOptions& options) {
  command.require_subcommand(1);
  options.service.add_to(command);
  for (const BackupCommand& one : kBackupCommands) {
    CLI::App& subcommand = *command.add_subcommand(one.name, one.summary)->fallthrough();
    if (one.run == create_backup) {
      subcommand.add_option("--client-id", options.client_id,
                            "Back up this client only (default: everything)");
      subcommand.add_option("--base", options.base, "Write only what this earlier backup does not have");
    } else if (one.run != list_backups) {
      subcommand.add_option("BACKUP_ID", options.backup_id, "The backup's backup_id")->required();
    }
    if (one.run == create_backup || one.run == verify_backup) add_no_wait(subcommand, options);
  }
}

void add_restore_options(CLI::App& command, BackupOptions& options) {
  command.add_option("BACKUP_ID", options.backup_id, "The backup's backup_id")->required();
  options.service.add_to(command);
  command.add_option("--client-id", options.client_id,
                     "Restore this client only (default: all that are missing)");
  command.add_option("--database-name", options.database_name, "Restore the client under this name");
  command.add_option("--client-label", options.client_label, "Restore the client with this label");
  command.add_flag("--as-new", options.as_new,
                   "Give the client a new client_id, beside the one that has its own");
  add_no_wait(command, options);
}

int run_backup_command(const CLI::App& command, const BackupOptions& options) {
  for (const BackupCommand& one : kBackupCommands) {
    if (command.got_subcommand(one.name)) return one.run(options);
  }
  throw Mistake("a command is missing");
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
  take_closed_standard_streams();
  CLI::App app{"Annals, a multi-tenant event history service"};
  app.set_version_flag("--version", version_text());
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
  KeyOptions key_options;
  CLI::App* key_command = app.add_subcommand("key", "Make and manage platform keys of a running service");
  add_options(*key_command, key_options);
  BackupOptions backup_options;
  CLI::App* backup_command = app.add_subcommand("backup", "Back up a running service and look at backups");
  add_options(*backup_command, backup_options);
  BackupOptions restore_options;
  CLI::App* restore_command = app.add_subcommand("restore", "Restore one client or all from a backup");
  add_restore_options(*restore_command, restore_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    fmt::print(stderr, "{}", complaint_about({argv + 1, argv + argc}, app, error));
    return kMistake;
  }
  if (import_command->parsed()) return run_guarded("import", [&] { return import_file(import_options); });
  if (export_command->parsed()) return run_guarded("export", [&] { return export_file(export_options); });
  if (backup_command->parsed()) {
    return run_guarded("backup", [&] { return run_backup_command(*backup_command, backup_options); });
  }
  if (restore_command->parsed())
    return run_guarded("restore", [&] { return restore_backup(restore_options); });
  if (key_command->parsed()) {
    return run_guarded("key", [&] { return run_key_command(*key_command, key_options); });
  }
  return serve(config_file.empty() ? std::nullopt : std::optional<std::filesystem::path>(config_file),
               adapters);
}

}  // namespace annals::cli
