#include "cli/backup/backup.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include <boost/json.hpp>

#include "cli/backup/deletion.h"
#include "cli/backup/job.h"
#include "cli/backup/options.h"
#include "cli/client/answers.h"
#include "cli/command/commands.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/table.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr const char* kJson = "application/json";

ServiceClient client_of(const BackupOptions& options) {
  return {options.service.access(), say_of_backup};
}

boost::json::object run(const BackupOptions& options, const std::string& target,
                        const boost::json::object& body) {
  ServiceClient client = client_of(options);
  const std::string text = boost::json::serialize(body);
  return run_job(client, {.method = "POST", .target = target, .content_type = kJson, .body = text},
                 !options.no_wait);
}

std::string path_of(const BackupOptions& options) {
  return "/api/backups/" + text::percent_encode(options.backup_id);
}

/// Begins a backup, waits until it has ended, and writes its id, and nothing else, to standard output.
int create_backup(const BackupOptions& options) {
  boost::json::object body;
  if (!options.client_id.empty()) body["client_id"] = options.client_id;
  if (!options.base.empty()) body["base"] = options.base;
  const auto job = run(options, "/api/backups", body);
  const int code = code_of(job);
  if (code == kDone) print_line(cell(job, "backup_id"));
  return code;
}

int list_backups(const BackupOptions& options) {
  using enum Table::Align;
  Table table({{"backup_id"},
               {"state"},
               {"client_id"},
               {"clients", right},
               {"events", right},
               {"files", right},
               {"new_bytes", right},
               {"base"}});
  ServiceClient client = client_of(options);
  const auto list = object_in(ask(client, {.target = "/api/backups"}));
  for (const auto& item : list.at("results").as_array()) {
    const auto& backup = item.as_object();
    if (options.json) {
      print_line(boost::json::serialize(backup));
    } else {
      table.add({cell(backup, "backup_id"), cell(backup, "state"), cell(backup, "client_id"),
                 cell(backup, "clients"), cell(backup, "events"), cell(backup, "files"),
                 cell(backup, "new_bytes"), cell(backup, "base")});
    }
  }
  if (!options.json) table.print();
  return kDone;
}

int show_backup(const BackupOptions& options) {
  ServiceClient client = client_of(options);
  print_line(ask(client, {.target = path_of(options)}).body);
  return kDone;
}

int verify_backup(const BackupOptions& options) {
  return code_of(run(options, path_of(options) + "/verify", {}));
}

/// Restores, and writes the id of a single client to standard output.
int restore_backup(const BackupOptions& options) {
  boost::json::object body{{"backup_id", options.backup_id}};
  if (!options.client_id.empty()) body["client_id"] = options.client_id;
  if (!options.database_name.empty()) body["database_name"] = options.database_name;
  if (!options.client_label.empty()) body["client_label"] = options.client_label;
  if (options.as_new) body["as_new"] = true;
  const auto job = run(options, "/api/restores", body);
  const int code = code_of(job);
  if (code == kDone && !job.at("restored_client_id").is_null()) print_line(cell(job, "restored_client_id"));
  return code;
}

using Function = int (*)(const BackupOptions& options);

/// Returns what runs a command with options that live as long as it.
std::pair<std::shared_ptr<BackupOptions>, Commands::Run> run_with_options(Function function) {
  auto options = std::make_shared<BackupOptions>();
  return {options, [options, function] { return function(*options); }};
}

std::pair<CLI::App&, BackupOptions&> add(Commands& commands, CLI::App& group, const std::string& name,
                                         const std::string& summary, Function function) {
  auto [options, run] = run_with_options(function);
  CLI::App& command = commands.add_to(group, name, summary, std::move(run));
  options->service.add_to(command);
  return {command, *options};
}

void add_backup_id(CLI::App& command, BackupOptions& options) {
  command.add_option("BACKUP_ID", options.backup_id, "The backup's backup_id")->required();
}

void add_no_wait(CLI::App& command, BackupOptions& options) {
  command.add_flag("--no-wait", options.no_wait, "Return at once, while the service works");
}

void add_create(Commands& commands, CLI::App& group) {
  const auto [command, options] =
      add(commands, group, "create", "Back up one client or everything, and write the backup's id",
          create_backup);
  command.add_option("--client-id", options.client_id, "Back up this client only (default: everything)");
  command.add_option("--base", options.base, "Write only what this earlier backup does not have");
  add_no_wait(command, options);
  add_examples(command, {"annals backup create", "annals backup create --base \"$last\""});
}

void add_restore(Commands& commands) {
  auto [options, run] = run_with_options(restore_backup);
  CLI::App& command = commands.add(
      "restore", "Bring clients back from a backup, and write the id of a single one", std::move(run));
  add_backup_id(command, *options);
  options->service.add_to(command);
  command.add_option("--client-id", options->client_id,
                     "Restore this client only (default: all that are missing)");
  command.add_option("--database-name", options->database_name, "Restore the client under this name");
  command.add_option("--client-label", options->client_label, "Restore the client with this label");
  command.add_flag("--as-new", options->as_new,
                   "Give the client a new client_id, beside the one that has its own");
  add_no_wait(command, *options);
  add_examples(command, {"annals restore \"$last\""});
}

void add_yes(CLI::App& command, BackupOptions& options) {
  command.add_flag("--yes", options.yes, "Do not ask; needed without a terminal");
}

void add_delete(Commands& commands, CLI::App& group) {
  const auto [command, options] =
      add(commands, group, "delete", "Delete a backup that no other one needs", delete_backup);
  add_backup_id(command, options);
  add_no_wait(command, options);
  add_yes(command, options);
}

void add_prune(Commands& commands, CLI::App& group) {
  constexpr int kMost = 1'000'000;
  const auto [command, options] =
      add(commands, group, "prune", "Delete old and unfinished backups, but none that another one needs",
          prune_backups);
  command
      .add_option("--keep", options.keep,
                  "Keep this many of the newest of everything, and of each client that was backed up alone")
      ->required()
      ->check(CLI::Range(1, kMost));
  command.add_flag("--dry-run", options.dry_run, "Only write the ids of those that would be deleted");
  add_yes(command, options);
  add_examples(command, {"annals backup prune --keep 14 --dry-run", "annals backup prune --keep 14 --yes"});
}

}  // namespace

void add_backup_commands(Commands& commands) {
  CLI::App& group = commands.add_group("backup", "Have a running service back up its clients");
  add_create(commands, group);
  const auto [list, list_options] =
      add(commands, group, "list", "List the backups in the destination, newest first", list_backups);
  list.add_flag("--json", list_options.json, "Write each backup as a line of JSON");
  const auto [show, show_options] = add(commands, group, "show", "Show one backup as JSON", show_backup);
  add_backup_id(show, show_options);
  const auto [verify, verify_options] =
      add(commands, group, "verify", "Read a whole backup and compare it with its manifest", verify_backup);
  add_backup_id(verify, verify_options);
  add_no_wait(verify, verify_options);
  add_delete(commands, group);
  add_prune(commands, group);
  add_restore(commands);
}

}  // namespace annals::cli
