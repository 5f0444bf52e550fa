// `./dev bench backup [EVENTS]` measures a backup and a restoration of one tenant beside BACKUP and RESTORE
// of the same table by the server that keeps it. bench/README.md has the last results.

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "house.h"
#include "ops/log.h"
#include "sample_events.h"
#include "samples.h"
#include "scratch.h"
#include "support/servers/clickhouse_server_process.h"

namespace annals::bench {
namespace {

constexpr std::uint64_t kEvents = 1'000'000;
constexpr std::size_t kBatch = 50'000;
constexpr int kRounds = 3;

boost::json::object ask(House& house, std::string_view method, const std::string& path,
                        const boost::json::object& body, const std::string& client = "") {
  KeptConnection connection(house.load().get_executor(), house.port());
  const auto reply = house.run(connection.send(
      House::request(method, path, "application/json", client, boost::json::serialize(body))));
  if (reply.status >= 300) throw std::runtime_error(fmt::format("{}: {}", reply.status, reply.body));
  return reply.body.empty() ? boost::json::object() : boost::json::parse(reply.body).as_object();
}

/// Begins a job, waits for its end and returns it.
boost::json::object run_job(House& house, const std::string& path, const boost::json::object& body) {
  auto job = ask(house, "POST", path, body);
  const std::string own = "/api/backup-jobs/" + std::string(job.at("job_id").as_string());
  while (job.at("ended_at").is_null()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    job = ask(house, "GET", own, {});
  }
  if (job.at("state").as_string() != "done") throw std::runtime_error(boost::json::serialize(job));
  return job;
}

Clock::duration time_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return Clock::now() - start;
}

std::uint64_t bytes_below(const std::filesystem::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

void print(std::string_view what, Samples& ours, Samples& bare) {
  fmt::print("{:<8} {:>8.0f} ms beside {:>8.0f} ms: {:.2f} ×\n", what, ours.percentile(0.5),
             bare.percentile(0.5), ours.percentile(0.5) / bare.percentile(0.5));
}

struct Places {
  std::filesystem::path data;
  std::filesystem::path backups;
};

void fill(House& house, const std::string& client, std::uint64_t events) {
  for (std::uint64_t first = 0; first < events; first += kBatch) {
    KeptConnection connection(house.load().get_executor(), house.port());
    const auto reply = house.run(connection.send(
        House::request("POST", "/api/events", "application/x-ndjson", client, ndjson_of(first, kBatch))));
    if (reply.status != 201) throw std::runtime_error("not acknowledged: " + reply.body);
  }
}

void measure(House& house, const support::ClickHouseServerProcess& server, const Places& places,
             std::uint64_t events) {
  const std::string client = house.tenant("kept");
  fill(house, client, events);
  house.wait_for_merges();
  const std::string table =
      server.query("SELECT '`kept`.' || name FROM system.tables WHERE database = 'kept'");
  const std::string source = table.substr(0, table.find('\n'));
  Samples made;
  Samples bare_made;
  Samples restored;
  Samples bare_restored;
  std::uint64_t bytes = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::filesystem::remove_all(places.backups);
    std::string backup;
    made.add(time_of([&] {
      backup = run_job(house, "/api/backups", {{"client_id", client}}).at("backup_id").as_string();
    }));
    bytes = bytes_below(places.backups);
    const std::string file = fmt::format("File('bare_{}')", round);
    bare_made.add(time_of([&] { (void)server.query(fmt::format("BACKUP TABLE {} TO {}", source, file)); }));
    const std::string copy = fmt::format("copy_{}", round);
    std::string id;
    restored.add(time_of([&] {
      id = run_job(house, "/api/restores",
                   {{"backup_id", backup},
                    {"client_id", client},
                    {"database_name", copy},
                    {"client_label", copy},
                    {"as_new", true}})
               .at("restored_client_id")
               .as_string();
    }));
    (void)server.query("CREATE DATABASE bare");
    bare_restored.add(time_of(
        [&] { (void)server.query(fmt::format("RESTORE TABLE {} AS bare.copy FROM {}", source, file)); }));
    (void)server.query("DROP DATABASE bare SYNC");
    (void)ask(house, "DELETE", "/api/delete-tenant", {}, id);
    house.wait_for_merges();
  }
  print("backup", made, bare_made);
  print("restore", restored, bare_restored);
  const auto bare_bytes =
      std::stoull(server.query("SELECT max(total_size) FROM system.backups WHERE status = 'BACKUP_CREATED'"));
  fmt::print("bytes    {:>8.1f} MB beside {:>8.1f} MB: {:.2f} ×\n", static_cast<double>(bytes) / 1e6,
             static_cast<double>(bare_bytes) / 1e6,
             static_cast<double>(bytes) / static_cast<double>(bare_bytes));
}

void run(const std::filesystem::path& directory, std::uint64_t events) {
  ops::set_log_level(ops::Level::warning);
  const support::ClickHouseServerProcess server;
  const Places places{.data = directory / "data", .backups = directory / "backups"};
  House house(places.data, [&](config::Config& config) {
    config.engine.kind = config::EngineKind::remote;
    config.engine.endpoints = {server.endpoint()};
    config.backup.directory = places.backups;
  });
  fmt::print("one tenant with {} events; Annals beside the server's own BACKUP and RESTORE, p50 of {}\n",
             events, kRounds);
  measure(house, server, places, events);
}

}  // namespace
}  // namespace annals::bench

int main(int argc, char** argv) {
  const annals::bench::Scratch scratch;
  annals::bench::run(scratch.path(), argc > 1 ? std::stoull(argv[1]) : annals::bench::kEvents);
  return 0;
}
