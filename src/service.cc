#include "service.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "io/descriptor_limit.h"
#include "leases/engine_leases.h"
#include "leases/in_process_leases.h"
#include "ops/log.h"
#include "upkeep/sweep.h"

namespace annals {
namespace {

using namespace std::chrono_literals;

/// With the embedded engine this is the only instance: what it has cached stays true until it changes it
/// itself.
constexpr auto kNoOtherInstance = std::chrono::hours(24);

http::ServerLimits server_limits(const config::Config& config) {
  return {.max_connections = config.server.max_connections,
          .max_body_bytes = config.server.max_body_bytes,
          .body_time = config.server.request_timeout,
          .idle_time = config.server.idle_timeout};
}

/// Returns whether other instances of Annals may work on the same databases.
bool shares_its_engine(const config::Config& config) {
  return config.engine.kind == config::EngineKind::remote;
}

std::chrono::milliseconds max_tenant_age(const config::Config& config) {
  return shares_its_engine(config) ? config.tenants.cache_time : kNoOtherInstance;
}

/// How many tenants may wait for the journal at a time. Most of them wait together, for one sync.
constexpr std::size_t kJournalCommits = 256;

lanes::LaneLimits lane_limits(const config::Config& config) {
  return {.max_bytes_waiting_per_tenant = config.events.max_waiting_bytes_per_tenant,
          .max_bytes_waiting = config.events.max_waiting_bytes,
          .max_commits = shares_its_engine(config) ? config.events.commits : kJournalCommits,
          .max_large_commits = config.events.commits,
          .gather_time = shares_its_engine(config) ? lanes::default_gather_time : lanes::no_gather_time};
}

/// Returns null if other instances write to the same tables.
std::unique_ptr<journal::Journal> make_journal(const config::Config& config,
                                               const config::DataDirectory& data) {
  if (shares_its_engine(config)) return nullptr;
  return std::make_unique<journal::Journal>(
      journal::Journal::Settings{.directory = data.journal(),
                                 .witness = data.engine() / "annals-journal",
                                 .fsync = config.engine.fsync,
                                 .max_bytes = config.journal.max_bytes,
                                 .max_bytes_per_tenant = config.journal.max_bytes / 4});
}

std::unique_ptr<leases::Leases> make_leases(const config::Config& config, engine::Engine& engine) {
  if (!shares_its_engine(config)) return std::make_unique<leases::InProcessLeases>();
  return std::make_unique<leases::EngineLeases>(engine, config.tenants.creating_timeout);
}

upkeep::SweepTimes sweep_times(const config::Config& config) {
  // No living process works on what an embedded engine still has in `creating` at start.
  return {.abandoned_at_start = shares_its_engine(config) ? config.tenants.creating_timeout : 0ms,
          .abandoned_after = config.tenants.creating_timeout,
          .interval = config.tenants.sweep_interval};
}

/// Returns the time from a tenant's deletion until the last upload for it must have ended.
std::chrono::milliseconds longest_upload(const config::Config& config) {
  // Another instance may give out a URL a moment later, and its clock may be a little slow.
  constexpr auto kOtherInstances = 10s;
  return config.files.url_time + config.files.upload_time + kOtherInstances;
}

int thread_count(const config::Config& config) {
  const auto wanted =
      config.server.threads != 0 ? config.server.threads : std::thread::hardware_concurrency();
  return static_cast<int>(std::max(1U, wanted));
}

/// Says what this process may use. An engine reads and merges files of parts, some dozens per statement.
void log_limits(const config::Config& config) {
  constexpr std::uint64_t kFilesOfStatement = 256;
  constexpr std::uint64_t kFilesOfMerges = 2048;
  const std::uint64_t needed = config.server.max_connections + config.engine.connections * kFilesOfStatement +
                               (shares_its_engine(config) ? 0 : kFilesOfMerges);
  const std::uint64_t limit = io::raise_descriptor_limit();
  const bool is_low = limit < needed;
  ops::log(is_low ? ops::Level::warning : ops::Level::debug,
           is_low ? "the limit of open files is low; raise it (LimitNOFILE=, ulimit -n)" : "limits",
           {{"open_files", fmt::format("{}", limit)},
            {"open_files_needed", fmt::format("{}", needed)},
            {"engine_memory_bytes", fmt::format("{}", config.engine.max_memory_bytes)}});
}

void log_exception(const char* what) {
  ops::log(ops::Level::error, "an I/O handler threw an exception", {{"error", what}});
}

}  // namespace

Service::Service(config::Config config, const Adapters& adapters)
    : config_(std::move(config)),
      data_(config_.data.dir),
      io_(thread_count(config_), log_exception),
      engine_(adapters.engine(config_, data_)),
      files_(adapters.files(config_, data_, [this] { return public_url(); })),
      journal_(make_journal(config_, data_)),
      leases_(make_leases(config_, *engine_)),
      tenant_files_(*files_.store),
      databases_(*engine_),
      changes_(!shares_its_engine(config_)),
      tables_(*engine_, changes_, shares_its_engine(config_)),
      journaled_(journal_.get()),
      broken_parts_(*engine_),
      table_upgrade_(*engine_, shares_its_engine(config_)),
      late_uploads_(*engine_, longest_upload(config_)),
      tenancy_({.engine = *engine_,
                .leases = *leases_,
                .databases = databases_,
                // The database goes after everything that lies under its name, because it says whose that is.
                // A crash after the note about late uploads makes the note twice, which is harmless.
                .belongings = {tenant_files_, late_uploads_, journaled_, databases_, tables_},
                .directory = {.max_age = max_tenant_age(config_), .is_alone = !shares_its_engine(config_)}}),
      late_upload_removal_({.late_uploads = late_uploads_,
                            .registry = tenancy_.registry(),
                            .databases = databases_,
                            .leases = *leases_,
                            .files = *files_.store}),
      platform_keys_(platform_keys()),
      authenticator_(platform_keys_, tenancy_.directory(), *engine_),
      moves_(make_moves()),
      writing_(io_.executor(), {.commits = {.retry_for = config_.events.retry_time},
                                .journaled = journaled_parts(),
                                .max_known_bytes = config_.events.max_known_bytes,
                                .lanes = lane_limits(config_),
                                .max_receiving_bytes = config_.events.max_receiving_bytes}),
      history_({.time_limit = config_.history.timeout,
                .max_memory_bytes = config_.history.max_memory_bytes,
                .before_reading = settling()},
               changes_),
      arrival_poll_(history_, changes_),
      api_({.authenticator = authenticator_,
            .engine = *engine_,
            .reconciliation = tenancy_.reconciliation(),
            .broken_parts = broken_parts_,
            .lifecycle = tenancy_.lifecycle(),
            .registry = tenancy_.registry(),
            .directory = tenancy_.directory(),
            .intake = writing_.intake(),
            .history = history_,
            .changes = changes_,
            .files = *files_.store,
            .tenant_field = config_.event_bridge.tenant_field,
            .public_url = [this] { return public_url(); },
            .file_url_time = config_.files.url_time,
            .check_writing =
                [this] {
                  if (journal_) journal_->check();
                }},
           files_.add_routes),
      server_(io_.executor(), config_.server.address, config_.server.port, api_.router(),
              server_limits(config_)),
      upkeep_(io_.executor(), rounds()) {}

std::vector<upkeep::Round> Service::rounds() {
  std::vector<upkeep::Round> rounds{
      upkeep::upgrade_round(table_upgrade_, config_.tenants.sweep_interval),
      upkeep::recovery_round(tenancy_.lifecycle(), tenancy_.reconciliation(), sweep_times(config_)),
      upkeep::tenants_round(tenancy_.directory(), kNoOtherInstance / 2),
      upkeep::late_uploads_round(late_upload_removal_, config_.tenants.sweep_interval)};
  // What a ClickHouse server does with its parts is its operator's matter.
  if (shares_its_engine(config_)) {
    rounds.push_back(upkeep::arrival_poll_round(arrival_poll_));
  } else {
    rounds.push_back(upkeep::moves_round(*moves_));
    rounds.push_back(upkeep::broken_parts_round(broken_parts_, 6 * config_.tenants.sweep_interval));
    rounds.push_back(upkeep::sync_round(*engine_));
  }
  return rounds;
}

std::unique_ptr<lanes::Moves> Service::make_moves() {
  if (!journal_) return nullptr;
  return std::make_unique<lanes::Moves>(*journal_, *engine_,
                                        [this](ClientId owner) { return find_table(owner); });
}

/// Returns the way of events through the journal, if there is one.
std::optional<lanes::JournaledCommits::Parts> Service::journaled_parts() {
  if (!journal_) return std::nullopt;
  return lanes::JournaledCommits::Parts{.journal = *journal_, .moves = *moves_, .changes = changes_};
}

/// Returns what brings acknowledged events into a table before it is read; null if they are there at once.
std::function<boost::asio::awaitable<void>(events::EventsTable)> Service::settling() {
  if (!moves_) return nullptr;
  return [this](events::EventsTable table) { return moves_->settle(std::move(table)); };
}

boost::asio::awaitable<lanes::Moves::Whereabouts> Service::find_table(ClientId owner) {
  auto active = co_await tenancy_.directory().find(owner.text());
  if (active) {
    co_return lanes::Moves::Whereabouts{
        .table = events::EventsTable{.engine = *engine_, .database = active->database, .owner = owner}};
  }
  const auto tenant = co_await tenancy_.registry().find(owner);
  if (tenant) co_return lanes::Moves::Whereabouts{};
  // A registry that was lost knows nobody. As long as there is a database, its tenant is not gone.
  const bool has_database = co_await databases_.has_any(owner);
  co_return lanes::Moves::Whereabouts{.is_gone = !has_database};
}

Service::~Service() {
  // Stop: from here on no coroutine runs.
  io_.stop();
  // Join: the threads of the journal, the file store and the engine hand their last results to `io_`.
  journal_.reset();
  files_.store.reset();
  engine_.reset();
  // Close: coroutines that are still suspended go while everything that they refer to is there.
  io_.discard();
}

std::vector<crypto::Secret> Service::platform_keys() {
  if (!config_.auth.api_keys.empty()) return config_.auth.api_keys;
  auto found = data_.find_or_make_api_key();
  if (found.made_now) made_api_key_ = found.key;
  return {std::move(found.key)};
}

void Service::start() {
  log_limits(config_);
  io_.start();
  check_files();
  upkeep_.start().wait();
  server_.start();
}

/// Throws if a local directory cannot be used: that is the operator's mistake. An S3 bucket may be back in a
/// minute, so its failure is logged only.
void Service::check_files() {
  try {
    boost::asio::co_spawn(io_.executor(), files_.store->check(), boost::asio::use_future).get();
  } catch (const files::FileStoreError& error) {
    if (config_.files.kind == config::FilesKind::local) throw;
    ops::log(ops::Level::warning, "the file store cannot be used now", {{"error", error.what()}});
  }
}

bool Service::stop(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  server_.stop();
  const bool closed = server_.wait_closed(timeout);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const bool upkeep_ended = upkeep_.stop(std::max(left, 0ms));
  empty_journal(deadline);
  return closed && upkeep_ended;
}

/// Moves what is in the journal as far as there is time. What is left is moved after the next start.
void Service::empty_journal(std::chrono::steady_clock::time_point deadline) {
  if (!moves_) return;
  constexpr auto kLongest = 3s;
  const auto end = std::min(deadline, std::chrono::steady_clock::now() + kLongest);
  auto moved = boost::asio::co_spawn(io_.executor(), moves_->move_all(end), boost::asio::use_future);
  try {
    if (moved.wait_until(deadline) == std::future_status::ready && moved.get()) return;
  } catch (const std::exception& error) {
    ops::log(ops::Level::warning, "the journal cannot be emptied", {{"error", error.what()}});
  }
  ops::log(ops::Level::info,
           "the journal holds events that are moved into their tables after the next start");
}

std::string Service::url() const {
  const bool ipv6 = config_.server.address.contains(':');
  return fmt::format("http://{0}{1}{2}:{3}", ipv6 ? "[" : "", config_.server.address, ipv6 ? "]" : "",
                     server_.port());
}

std::string Service::public_url() const {
  return config_.server.public_url.empty() ? url() : config_.server.public_url;
}

}  // namespace annals
