#include "cli/backup/job.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/terminal/exit_codes.h"

namespace annals::cli {
namespace {

/// Waits until a job has ended. The instance that took it alone knows of it.
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
  return job;
}

std::string summary_of(const boost::json::object& job) {
  const std::string end = fmt::format("{} {}", cell(job, "kind"), cell(job, "state"));
  if (cell(job, "kind") == "delete") return fmt::format("{}: {}", end, cell(job, "backup_id"));
  return fmt::format("{}: {} of {} clients, {} events, {} files, {} bytes", end, cell(job, "clients_done"),
                     cell(job, "clients"), cell(job, "events"), cell(job, "files"), cell(job, "bytes"));
}

}  // namespace

void say_of_backup(std::string_view text) {
  fmt::print(stderr, "annals backup: {}\n", text);
}

boost::json::object run_job(ServiceClient& client, ServiceClient::Request begin, bool wait) {
  begin.at_most_once = true;
  auto job = object_in(ask(client, begin));
  if (!wait) {
    say_of_backup(fmt::format("the job {} was begun", cell(job, "job_id")));
    return job;
  }
  job = wait_for(client, std::move(job));
  for (const auto& remark : job.at("remarks").as_array()) say_of_backup(std::string_view(remark.as_string()));
  say_of_backup(summary_of(job));
  if (!job.at("detail").is_null()) say_of_backup(cell(job, "detail"));
  return job;
}

int code_of(const boost::json::object& job) {
  return cell(job, "state") == "failed" ? kFailed : kDone;
}

}  // namespace annals::cli
