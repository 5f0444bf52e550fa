#include "cli/backup/backup.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/client/service_options.h"
#include "cli/command/commands.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/table.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr const char* kJson = "application/json";

struct BackupOptions {
  ServiceOptions service{ServiceOptions::Kind::platform};
  std::string backup_id;      // of every command but create and list
  std::string client_id;      // create, restore; empty: everything
  std::string base;           // create
  std::string database_name;  // restore
  std::string client_label;   // restore
  bool as_new = false;        // restore
  bool no_wait = false;       // create, verify, restore
  bool json = false;          // list
};

void say(std::string_view text) {
  fmt::print(stderr, "annals backup: {}\n", text);
}

ServiceClient client_of(const BackupOptions& options) {
  return {options.service.access(), say};
}

/// Waits until a job has ended, and says how. The instance that took it alone knows of it.
boost::json::object wait_for(ServiceClient& client, boost::json::object job) {
  constexpr std::chrono::milliseconds kShortest{100};
  constexpr std::chrono::milliseconds kLongest{2'000};
  auto pause = kShortest;
  const std::string target = "/api/backup-jobs/" + cell(job, "job_id");
  while (job.at("ended_at").is_null()) {
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, kLongest);
    job = object_in(client.send_with_retries([&target] { return ServiceClient::Request{.target = target}; }));
  }
  for (const auto& remark : job.at("remarks").as_array()) say(std::string_view(remark.as_string()));
  say(fmt::format("{} {}: {} of {} clients, {} events, {} files, {} bytes", cell(job, "kind"),
                  cell(job, "state"), cell(job, "clients_done"), cell(job, "clients"), cell(job, "events"),
                  cell(job, "files"), cell(job, "bytes")));
  if (!job.at("detail").is_null()) say(cell(job, "detail"));
  return job;
}

/// Returns the job as it is at its end, or at once if nobody is to wait.
boost::json::object run(const BackupOptions& options, const std::string& target,
                        const boost::json::object& body) {
  ServiceClient client = client_of(options);
  const std::string text = boost::json::serialize(body);
  auto job = object_in(
      ask(client,
          {.method = "POST", .target = target, .content_type = kJson, .body = text, .at_most_once = true}));
  if (options.no_wait) {
    say(fmt::format("the job {} was begun", cell(job, "job_id")));
    return job;
  }
  return wait_for(client, std::move(job));
}

int code_of(const boost::json::object& job) {
  return cell(job, "state") == "failed" ? kFailed : kDone;
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
  add_restore(commands);
}

}  // namespace annals::cli
