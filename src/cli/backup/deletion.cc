#include "cli/backup/deletion.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/backup/job.h"
#include "cli/client/answers.h"
#include "cli/command/mistake.h"
#include "cli/terminal/confirmation.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr int kConflict = 409;
constexpr int kNotFound = 404;

struct Backup {
  std::string id;
  std::string state;
  std::string scope;  // the client that was backed up alone, or "-"
  std::vector<std::string> needs = {};
};

/// Returns all backups, the newest first.
std::vector<Backup> all_backups(ServiceClient& client) {
  std::vector<Backup> backups;
  const auto list = object_in(ask(client, {.target = "/api/backups"}));
  for (const auto& item : list.at("results").as_array()) {
    const auto& object = item.as_object();
    Backup backup{
        .id = cell(object, "backup_id"), .state = cell(object, "state"), .scope = cell(object, "client_id")};
    if (const auto* needs = object.if_contains("needs")) {
      for (const auto& id : needs->as_array()) backup.needs.emplace_back(id.as_string());
    }
    backups.push_back(std::move(backup));
  }
  return backups;
}

/// Adds the backup and all that it needs, and what these need, since each of them could not be deleted before
/// those that need it.
void keep(const std::string& id, const std::map<std::string, const Backup*>& by_id,
          std::set<std::string>& kept) {
  std::vector<std::string> open{id};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    const auto found = by_id.find(next);
    if (!kept.insert(next).second || found == by_id.end()) continue;
    open.insert(open.end(), found->second->needs.begin(), found->second->needs.end());
  }
}

/// Returns the backups to delete, the newest first, so that an increment goes before what it needs.
std::vector<Backup> to_prune(const std::vector<Backup>& backups, int number) {
  std::map<std::string, const Backup*> by_id;
  for (const Backup& backup : backups) by_id[backup.id] = &backup;
  std::map<std::string, int> newest;  // how many are kept, by scope
  std::set<std::string> kept;
  for (const Backup& backup : backups) {
    if (backup.state == "damaged") kept.insert(backup.id);
    if (backup.state == "complete" && newest[backup.scope]++ < number) keep(backup.id, by_id, kept);
  }
  std::vector<Backup> rest;
  for (const Backup& backup : backups) {
    if (!kept.contains(backup.id)) rest.push_back(backup);
  }
  return rest;
}

void make_sure(const BackupOptions& options, const std::string& warning, const std::string& word) {
  if (options.yes) return;
  if (!can_ask()) throw Mistake("a deletion is final: pass --yes, or run it in a terminal to be asked");
  if (!is_confirmed(warning, word)) throw Mistake("not confirmed; nothing is deleted");
}

int deleted(ServiceClient& client, const std::string& id, bool wait) {
  const std::string target = "/api/backups/" + text::percent_encode(id);
  return code_of(run_job(client, {.method = "DELETE", .target = target}, wait));
}

/// Returns whether the backup is gone, or is one that may stay: it is being made.
bool prune(ServiceClient& client, const Backup& backup) {
  const bool may_stay = backup.state == "unfinished";
  try {
    return deleted(client, backup.id, true) == kDone || may_stay;
  } catch (const ServiceRefusal& refusal) {
    if (refusal.status() == kNotFound) return true;
    if (refusal.status() != kConflict) throw;
    say_of_backup(fmt::format("{} stays: {}", backup.id, refusal.what()));
    return may_stay;
  }
}

}  // namespace

int delete_backup(const BackupOptions& options) {
  make_sure(options, fmt::format("This deletes the backup {}, for ever.", options.backup_id),
            options.backup_id);
  ServiceClient client(options.service.access(), say_of_backup);
  return deleted(client, options.backup_id, !options.no_wait);
}

int prune_backups(const BackupOptions& options) {
  ServiceClient client(options.service.access(), say_of_backup);
  const auto all = all_backups(client);
  const auto rest = to_prune(all, options.keep);
  for (const Backup& backup : all) {
    if (backup.state == "damaged") say_of_backup(backup.id + " is damaged and stays");
  }
  if (options.dry_run || rest.empty()) {
    for (const Backup& backup : rest) print_line(backup.id);
    return kDone;
  }
  make_sure(options, fmt::format("This deletes {} of {} backups, for ever.", rest.size(), all.size()),
            "prune");
  bool all_gone = true;
  for (const Backup& backup : rest) {
    const bool gone = prune(client, backup);
    all_gone = all_gone && gone;
  }
  return all_gone ? kDone : kFailed;
}

}  // namespace annals::cli
