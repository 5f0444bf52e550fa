#include "cli/backup/backup.h"

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/terminal/exit_codes.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr int kInvalid = 422;
constexpr const char* kJson = "application/json";

void say(std::string_view text) {
  fmt::print(stderr, "annals backup: {}\n", text);
}

void print(std::string_view text) {
  fmt::print("{}\n", text);
  if (std::fflush(stdout) != 0) throw std::runtime_error("standard output cannot be written");
}

boost::json::object object_in(const io::HttpResponse& answer) {
  if (answer.status == kInvalid) throw Mistake("the service rejected it: " + problems_of(answer.body, 1));
  boost::system::error_code error;
  auto value = boost::json::parse(answer.body, error);
  if (error || !value.is_object())
    throw std::runtime_error("the service answered with something else than JSON");
  return std::move(value.as_object());
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto& value = object.at(name);
  return value.is_null() ? std::string("-") : std::string(value.as_string());
}

std::uint64_t number_of(const boost::json::object& object, std::string_view name) {
  return object.at(name).to_number<std::uint64_t>();
}

boost::json::object post(ServiceClient& client, const std::string& target, const boost::json::object& body) {
  const std::string text = boost::json::serialize(body);
  return object_in(client.ask({.method = "POST", .target = target, .content_type = kJson, .body = text}));
}

/// Waits until a job has ended, and says how. The instance that took it alone knows of it.
boost::json::object wait_for(ServiceClient& client, boost::json::object job) {
  constexpr std::chrono::milliseconds kShortest{100};
  constexpr std::chrono::milliseconds kLongest{2'000};
  auto pause = kShortest;
  const std::string target = "/api/backup-jobs/" + text_of(job, "job_id");
  while (job.at("ended_at").is_null()) {
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, kLongest);
    job = object_in(client.send_with_retries([&target] { return ServiceClient::Request{.target = target}; }));
  }
  for (const auto& remark : job.at("remarks").as_array()) say(std::string_view(remark.as_string()));
  say(fmt::format("{} {}: {} of {} clients, {} events, {} files, {} bytes", text_of(job, "kind"),
                  text_of(job, "state"), number_of(job, "clients_done"), number_of(job, "clients"),
                  number_of(job, "events"), number_of(job, "files"), number_of(job, "bytes")));
  if (!job.at("detail").is_null()) say(text_of(job, "detail"));
  return job;
}

/// Returns the job as it is at its end, or at once if nobody is to wait.
boost::json::object run(const BackupOptions& options, const std::string& target,
                        const boost::json::object& body) {
  ServiceClient client(options.service.access(), say);
  auto job = post(client, target, body);
  if (options.no_wait) {
    say(fmt::format("the job {} was begun", text_of(job, "job_id")));
    return job;
  }
  return wait_for(client, std::move(job));
}

int code_of(const boost::json::object& job) {
  return text_of(job, "state") == "failed" ? kFailed : kDone;
}

std::string path_of(const BackupOptions& options) {
  return "/api/backups/" + text::percent_encode(options.backup_id);
}

std::string line_of(const boost::json::object& backup) {
  if (text_of(backup, "state") != "complete") {
    return fmt::format("{}  {}", text_of(backup, "backup_id"), text_of(backup, "state"));
  }
  return fmt::format("{}  {:<10}  {:<36}  {:>8}  {:>12}  {:>8}  {:>14}  {}", text_of(backup, "backup_id"),
                     text_of(backup, "state"), text_of(backup, "client_id"), number_of(backup, "clients"),
                     number_of(backup, "events"), number_of(backup, "files"), number_of(backup, "new_bytes"),
                     text_of(backup, "base"));
}

}  // namespace

int create_backup(const BackupOptions& options) {
  boost::json::object body;
  if (!options.client_id.empty()) body["client_id"] = options.client_id;
  if (!options.base.empty()) body["base"] = options.base;
  const auto job = run(options, "/api/backups", body);
  const int code = code_of(job);
  if (code == kDone) print(text_of(job, "backup_id"));
  return code;
}

int list_backups(const BackupOptions& options) {
  ServiceClient client(options.service.access(), say);
  const auto list = object_in(client.ask({.target = "/api/backups"}));
  print(fmt::format("{:<25}  {:<10}  {:<36}  {:>8}  {:>12}  {:>8}  {:>14}  {}", "backup_id", "state",
                    "client_id", "clients", "events", "files", "new_bytes", "base"));
  for (const auto& backup : list.at("results").as_array()) print(line_of(backup.as_object()));
  return kDone;
}

int show_backup(const BackupOptions& options) {
  ServiceClient client(options.service.access(), say);
  print(client.ask({.target = path_of(options)}).body);
  return kDone;
}

int verify_backup(const BackupOptions& options) {
  return code_of(run(options, path_of(options) + "/verify", {}));
}

int restore_backup(const BackupOptions& options) {
  boost::json::object body{{"backup_id", options.backup_id}};
  if (!options.client_id.empty()) body["client_id"] = options.client_id;
  if (!options.database_name.empty()) body["database_name"] = options.database_name;
  if (!options.client_label.empty()) body["client_label"] = options.client_label;
  if (options.as_new) body["as_new"] = true;
  const auto job = run(options, "/api/restores", body);
  const int code = code_of(job);
  if (code == kDone && !job.at("restored_client_id").is_null()) print(text_of(job, "restored_client_id"));
  return code;
}

}  // namespace annals::cli
