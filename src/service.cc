#include "service.h"

#include <stdexcept>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "api/client_access.h"
#include "ops/log.h"

namespace annals {
namespace {

using namespace std::chrono_literals;

/// With the embedded engine this is the only instance: what it believes is so until it changes it itself.
constexpr auto kNoOtherInstance = std::chrono::hours(24);

http::ServerLimits server_limits(const config::Config& config) {
  return {.max_connections = config.server.max_connections,
          .max_body_bytes = config.server.max_body_bytes,
          .body_time = config.server.request_timeout,
          .idle_time = config.server.idle_timeout};
}

/// Whether other instances of Annals may work on the same databases.
bool shares_its_engine(const config::Config& config) {
  return config.engine.kind == config::EngineKind::remote;
}

std::chrono::milliseconds believed_for(const config::Config& config) {
  return shares_its_engine(config) ? config.tenants.cache_time : kNoOtherInstance;
}

lanes::LaneLimits lane_limits(const config::Config& config) {
  return {.max_bytes_waiting_per_tenant = config.events.max_waiting_bytes_per_tenant,
          .max_bytes_waiting = config.events.max_waiting_bytes,
          .max_commits = config.events.commits};
}

/// From the moment when a commit gets its number until it must be visible or never.
std::chrono::microseconds latest_commit(const config::Config& config) {
  // By how much the clocks of two instances may differ.
  constexpr auto kClocks = 60s;
  const auto longest = config.events.retry_time + 2 * config.engine.timeout;
  return shares_its_engine(config) ? longest + kClocks : longest;
}

std::unique_ptr<leases::Leases> make_leases(const config::Config& config, engine::Engine& engine) {
  if (!shares_its_engine(config)) return std::make_unique<leases::InProcessLeases>();
  return std::make_unique<leases::EngineLeases>(engine, config.tenants.creating_timeout);
}

upkeep::Sweep::Times sweep_times(const config::Config& config) {
  // Whatever an embedded engine still has in `creating` at start, no living process is working on it.
  return {.abandoned_at_start = shares_its_engine(config) ? config.tenants.creating_timeout : 0ms,
          .abandoned_after = config.tenants.creating_timeout,
          .interval = config.tenants.sweep_interval};
}

/// From a tenant's deletion until the last upload of its own must have ended.
std::chrono::milliseconds longest_upload(const config::Config& config) {
  // Another instance may give out a URL for a moment longer, and its clock may run a little behind.
  constexpr auto kOtherInstances = 10s;
  return config.files.url_time + config.files.upload_time + kOtherInstances;
}

int thread_count(const config::Config& config) {
  const auto wanted =
      config.server.threads != 0 ? config.server.threads : std::thread::hardware_concurrency();
  return static_cast<int>(std::max(1U, wanted));
}

}  // namespace

Service::Service(config::Config config, const Adapters& adapters)
    : config_(std::move(config)),
      data_(config_.data.dir),
      authentication_(platform_keys()),
      engine_(adapters.engine(config_, data_)),
      files_(adapters.files(config_, data_, [this] { return public_url(); })),
      registry_(*engine_),
      directory_(registry_, believed_for(config_)),
      databases_(*engine_),
      leases_(make_leases(config_, *engine_)),
      late_uploads_(*engine_, longest_upload(config_)),
      lifecycle_({.registry = registry_,
                  .databases = databases_,
                  .leases = *leases_,
                  .files = *files_,
                  .directory = directory_,
                  .late_uploads = late_uploads_}),
      late_upload_removal_(
          {.late_uploads = late_uploads_, .registry = registry_, .leases = *leases_, .files = *files_}),
      client_identity_(authentication_, directory_),
      tenant_handlers_(lifecycle_, registry_),
      upload_url_handlers_(client_identity_, *files_, config_.files.url_time),
      health_handlers_(*engine_),
      commits_(*engine_, {.other_instances = shares_its_engine(config_),
                          .retry_for = config_.events.retry_time,
                          .max_known_bytes = config_.events.max_known_bytes}),
      history_(*engine_, {.other_instances = shares_its_engine(config_),
                          .late_commits = latest_commit(config_),
                          .time_limit = config_.history.timeout,
                          .max_memory_bytes = config_.history.max_memory_bytes}),
      history_handlers_({.history = history_,
                         .files = *files_,
                         .access = api::client_access(client_identity_, directory_),
                         .public_url = [this] { return public_url(); },
                         .file_url_valid_for = config_.files.url_time}),
      io_(thread_count(config_)),
      keep_running_(io_.get_executor()),
      lanes_(io_.get_executor(), commits_, lane_limits(config_)),
      intake_(lanes_, config_.events.max_receiving_bytes),
      event_handlers_(intake_, api::client_access(client_identity_, directory_),
                      config_.event_bridge.tenant_field),
      server_(io_.get_executor(), config_.server.address, config_.server.port, router_, authentication_,
              server_limits(config_)),
      sweep_(io_.get_executor(), lifecycle_, late_upload_removal_, sweep_times(config_)) {
  tenant_handlers_.add_to(router_);
  upload_url_handlers_.add_to(router_);
  if (files::LocalFileStore* store = files_->local()) {
    file_handlers_.emplace(*store, config_.files.max_bytes);
    file_handlers_->add_to(router_);
  }
  event_handlers_.add_to(router_);
  history_handlers_.add_to(router_);
  health_handlers_.add_to(router_);
}

Service::~Service() {
  keep_running_.reset();
  io_.stop();
  threads_.clear();
  // Their threads hand results to `io_`, so they end before it; what then lies there is destroyed unseen.
  files_.reset();
  engine_.reset();
}

std::vector<crypto::Secret> Service::platform_keys() {
  if (!config_.auth.api_keys.empty()) return config_.auth.api_keys;
  auto found = data_.find_or_make_api_key();
  if (found.made_now) made_api_key_ = found.key;
  return {std::move(found.key)};
}

void Service::start() {
  for (int i = 0; i < thread_count(config_); ++i) threads_.emplace_back([this] { run_io(); });
  check_files();
  sweep_.start().wait();
  server_.start();
}

/// A local directory that cannot be used is the operator's mistake. An S3 bucket may be back in a minute.
void Service::check_files() {
  try {
    boost::asio::co_spawn(io_, files_->check(), boost::asio::use_future).get();
  } catch (const files::FileStoreError& error) {
    if (config_.files.kind == config::FilesKind::local) throw;
    ops::log(ops::Level::warning, "the file store cannot be used now", {{"error", error.what()}});
  }
}

void Service::run_io() {
  while (true) {
    try {
      io_.run();
      return;
    } catch (const std::exception& error) {
      ops::log(ops::Level::error, "an I/O handler let an exception out", {{"error", error.what()}});
    }
  }
}

bool Service::stop(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  server_.stop();
  const bool closed = server_.wait_closed(patience);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const bool swept = sweep_.stop(std::max(left, 0ms));
  return closed && swept;
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
