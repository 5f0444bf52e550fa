#include "service.h"

#include <fmt/format.h>

#include "derived_limits.h"
#include "engine/kept_free.h"
#include "engine/rights.h"
#include "io/free_room.h"
#include "leases/engine_leases.h"
#include "leases/in_process_leases.h"
#include "ops/log.h"
#include "spans.h"
#include "surroundings.h"
#include "text/url.h"
#include "upkeep/sweep.h"

namespace annals {
namespace {

/// Returns null if other instances write to the same tables.
std::unique_ptr<journal::Journal> make_journal(const config::Config& config,
                                               const config::DataDirectory& data) {
  if (shares_its_engine(config)) return nullptr;
  return std::make_unique<journal::Journal>(
      journal::Journal::Settings{.directory = data.journal(),
                                 .witness = data.engine() / "annals-journal",
                                 .fsync = config.engine.fsync,
                                 .max_bytes = config.journal.max_bytes,
                                 .max_bytes_per_tenant = config.journal.max_bytes / 4,
                                 .min_free_bytes = engine::kFreeForJournal});
}

std::unique_ptr<leases::Leases> make_leases(const config::Config& config, engine::Engine& engine) {
  if (!shares_its_engine(config)) return std::make_unique<leases::InProcessLeases>();
  return std::make_unique<leases::EngineLeases>(engine, config.tenants.creating_timeout);
}

/// Returns what throws if the journal has failed; null if there is none.
std::function<void()> checking(const journal::Journal* journal) {
  if (journal == nullptr) return nullptr;
  return [journal] { journal->check(); };
}

void log_exception(const char* what) {
  ops::log(ops::Level::error, "an I/O handler threw an exception", {{"error", what}});
}

}  // namespace

Service::Service(config::Config config, const Adapters& adapters)
    : config_(std::move(config)),
      data_(config_.data.dir, shares_its_engine(config_) ? config::DataDirectory::Use::shared
                                                         : config::DataDirectory::Use::alone),
      spans_(make_exporter(config_)),
      tracer_(sampling(config_), spans_.get()),
      io_(thread_count(config_), log_exception),
      engine_(adapters.engine(config_, data_)),
      files_(adapters.files(config_, data_, [this] { return public_url(); })),
      file_store_(std::make_unique<files::CountedStore>(std::move(files_.store))),
      journal_(make_journal(config_, data_)),
      leases_(make_leases(config_, *engine_)),
      tenant_files_(*file_store_),
      databases_(*engine_),
      changes_(!shares_its_engine(config_)),
      tables_(*engine_, changes_, shares_its_engine(config_)),
      names_(*engine_, {.is_alone = !shares_its_engine(config_)}),
      expired_files_(*engine_),
      journaled_(journal_.get()),
      exports_(export_limits(config_)),
      tails_(tail_limits(config_)),
      broken_parts_(*engine_),
      unindexed_parts_(*engine_),
      table_upgrade_(*engine_, shares_its_engine(config_)),
      late_uploads_(*engine_, longest_upload(config_)),
      attached_files_(*file_store_, late_uploads_),
      tenancy_({.engine = *engine_,
                .leases = *leases_,
                .databases = databases_,
                // Readers are cut off first, so that nothing waits for them.
                // The database goes after everything that lies under its name, because it says whose that is.
                // A crash after the note about late uploads makes the note twice, which is harmless.
                .belongings = {exports_, tails_, tenant_files_, late_uploads_, journaled_, databases_,
                               tables_, names_, expired_files_},
                .directory = {.max_age = max_tenant_age(config_), .is_alone = !shares_its_engine(config_)},
                .default_retention_days = config_.retention.days,
                .has_waiting_events = waiting_events()}),
      tenant_names_({.names = names_, .registry = tenancy_.registry(), .gone = tenancy_.gone()}),
      late_upload_removal_({.late_uploads = late_uploads_,
                            .registry = tenancy_.registry(),
                            .databases = databases_,
                            .leases = *leases_,
                            .files = *file_store_}),
      platform_keys_(platform_keys()),
      keys_(*engine_, {.is_alone = !shares_its_engine(config_)}),
      viewer_tokens_(platform_keys_),
      authenticator_({.configured = platform_keys_,
                      .made = keys_.ring(),
                      .directory = tenancy_.directory(),
                      .engine = *engine_,
                      .viewer_tokens = viewer_tokens_,
                      .wrong_keys_per_minute = config_.auth.wrong_keys_per_minute,
                      .trail = audit::trail_tenant()}),
      quotas_(default_quotas(config_)),
      metering_({.quotas = quotas_,
                 .administration = tenancy_.administration(),
                 .directory = tenancy_.directory(),
                 .engine = *engine_,
                 .files = *file_store_,
                 .interval = config_.quotas.measure_interval}),
      moves_(make_moves()),
      writing_(io_.executor(), {.commits = {.retry_for = config_.events.retry_time},
                                .journaled = journaled_parts(),
                                .max_known_bytes = config_.events.max_known_bytes,
                                .lanes = lane_limits(config_),
                                .find_files = file_finding(),
                                .max_receiving_bytes = config_.events.max_receiving_bytes,
                                .receiving_time = config_.server.request_timeout}),
      trail_table_(*engine_, shares_its_engine(config_)),
      trail_(trail_table_,
             [this](events::EventsTable table, std::vector<events::Event> records) {
               return write_to_trail(std::move(table), std::move(records));
             },
             {.is_required = config_.audit.required, .refusals = {.window = config_.audit.refusal_window}}),
      retention_({.engine = *engine_,
                  .registry = tenancy_.registry(),
                  .administration = tenancy_.administration(),
                  .gone = tenancy_.gone(),
                  .leases = *leases_,
                  .files = *file_store_,
                  .expired_files = expired_files_,
                  .changes = changes_,
                  .settle = settling(),
                  .give_up = giving_up(),
                  .interval = config_.retention.interval}),
      history_({.time_limit = config_.history.timeout,
                .max_memory_bytes = config_.history.max_memory_bytes,
                .before_reading = settling()},
               changes_),
      arrival_poll_(history_, changes_),
      backup_(make_backup(adapters)),
      backup_routes_(backup_ ? &backup_->jobs() : nullptr),
      certificates_(load_certificates(config_)),
      exposition_(exposition_parts()),
      metrics_([this] { return exposition_.text(); }),
      name_routes_({.names = names_, .tenant_names = tenant_names_}),
      pages_(file_origin(config_, *file_store_)),
      api_({.authenticator = authenticator_,
            .viewer_tokens = viewer_tokens_,
            .trail = trail_,
            .engine = *engine_,
            .check_engine = [this] { return check_engine(); },
            .reconciliation = tenancy_.reconciliation(),
            .broken_parts = broken_parts_,
            .keys = keys_,
            .lifecycle = tenancy_.lifecycle(),
            .administration = tenancy_.administration(),
            .registry = tenancy_.registry(),
            .directory = tenancy_.directory(),
            .quotas = quotas_,
            .intake = writing_.intake(),
            .history = history_,
            .names = names_,
            .changes = changes_,
            .exports = exports_,
            .tails = tails_,
            .files = *file_store_,
            .attached_files = attached_files_,
            .tenant_field = config_.event_bridge.tenant_field,
            .public_url = [this] { return public_url(); },
            .file_url_time = config_.files.url_time,
            .check_journal = checking(journal_.get()),
            .is_draining = [this] { return is_draining_.load(); },
            .has_room = [this] { return has_room(); }},
           [this](http::Router& router, const api::Admission& admission, const api::Api::Parts& parts) {
             add_routes(router, admission, parts);
           }),
      server_(io_.executor(), config_.server.address, config_.server.port, api_.router(),
              server_limits(config_), surroundings(config_, certificates_, tracer_)),
      upkeep_(io_.executor(), rounds()) {
  make_metrics_server();
}

/// Returns null if no destination is configured.
std::unique_ptr<backup::Backup> Service::make_backup(const Adapters& adapters) {
  auto destination = adapters.backups ? adapters.backups(config_) : nullptr;
  if (!destination) return nullptr;
  return std::make_unique<backup::Backup>(std::move(destination),
                                          backup::Backup::Parts{.engine = *engine_,
                                                                .registry = tenancy_.registry(),
                                                                .lifecycle = tenancy_.lifecycle(),
                                                                .files = *file_store_,
                                                                .late_uploads = late_uploads_,
                                                                .keys = keys_,
                                                                .names = names_,
                                                                .settle = settling(),
                                                                .readmit = [this](ClientId owner) {
                                                                  changes_.forget(owner);
                                                                  writing_.forget(owner);
                                                                  if (journal_) journal_->readmit(owner);
                                                                }});
}

std::vector<upkeep::Round> Service::rounds() {
  std::vector<upkeep::Round> rounds{
      upkeep::upgrade_round(table_upgrade_, config_.tenants.sweep_interval),
      upkeep::recovery_round(tenancy_.lifecycle(), tenancy_.reconciliation(), sweep_times(config_)),
      upkeep::tenants_round(tenancy_.directory(), kNoOtherInstance / 2),
      upkeep::key_ring_round(keys_.ring()),
      upkeep::keys_round(keys_),
      upkeep::metering_round(metering_),
      upkeep::retention_round(retention_, retention_pause(config_)),
      upkeep::streams_round("exports", exports_, tenancy_.directory()),
      upkeep::streams_round("tails", tails_, tenancy_.directory()),
      upkeep::late_uploads_round(late_upload_removal_, config_.tenants.sweep_interval),
      upkeep::settings_round(tenancy_.administration(), config_.tenants.sweep_interval),
      upkeep::names_round(tenant_names_, config_.tenants.sweep_interval),
      upkeep::trail_round(trail_)};
  if (config_.audit.retention_days > 0) {
    rounds.push_back(upkeep::trail_retention_round(trail_table_, retention_,
                                                   std::chrono::days(config_.audit.retention_days)));
  }
  if (backup_) {
    rounds.push_back(backups_round(backup_->jobs()));
    rounds.push_back(backup_use_round(backup_->jobs()));
  }
  if (certificates_) rounds.push_back(certificates_round(certificates_));
  // What a ClickHouse server does with its parts is its operator's matter.
  if (shares_its_engine(config_)) {
    rounds.push_back(upkeep::arrival_poll_round(arrival_poll_));
  } else {
    rounds.push_back(upkeep::moves_round(*moves_));
    rounds.push_back(upkeep::broken_parts_round(broken_parts_, 6 * config_.tenants.sweep_interval));
    rounds.push_back(upkeep::words_round(unindexed_parts_));
    rounds.push_back(upkeep::sync_round(*engine_));
  }
  return rounds;
}

/// Throws if the engine cannot be used. Only a server has users, who may lack rights.
boost::asio::awaitable<void> Service::check_engine() {
  if (shares_its_engine(config_)) {
    co_await engine::check_rights(*engine_);
    co_return;
  }
  co_await engine_->query({.sql = "SELECT 1"});
}

std::unique_ptr<lanes::Moves> Service::make_moves() {
  if (!journal_) return nullptr;
  return std::make_unique<lanes::Moves>(*journal_, *engine_,
                                        [this](ClientId owner) { return find_table(owner); });
}

/// Returns the way of events through the journal, if there is one.
std::optional<lanes::JournaledCommits::Parts> Service::journaled_parts() {
  if (!journal_) return std::nullopt;
  return lanes::JournaledCommits::Parts{
      .journal = *journal_, .moves = *moves_, .changes = changes_, .has_room = [this] { return has_room(); }};
}

/// Returns what tells whose events the journal has; null if there is none.
std::function<bool(ClientId)> Service::waiting_events() {
  if (!journal_) return nullptr;
  return [this](ClientId owner) { return journal_->last_of(owner).has_value(); };
}

/// Returns what brings acknowledged events into a table before it is read; null if they are there at once.
std::function<boost::asio::awaitable<void>(events::EventsTable)> Service::settling() {
  if (!moves_) return nullptr;
  return [this](events::EventsTable table) { return moves_->settle(std::move(table)); };
}

/// Returns what lets the journal give up events of a table; null if there is none.
std::function<boost::asio::awaitable<void>(events::EventsTable, std::uint64_t)> Service::giving_up() {
  if (!moves_) return nullptr;
  return [this](events::EventsTable table, std::uint64_t last) {
    return moves_->give_up(std::move(table), last);
  };
}

boost::asio::awaitable<lanes::Moves::Whereabouts> Service::find_table(ClientId owner) {
  if (owner == audit::trail_id()) co_return lanes::Moves::Whereabouts{.table = trail_table_.for_request()};
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
  // Join: the threads of decoding, the journal, the file store and the engine hand their last results to
  // `io_`.
  writing_.join();
  journal_.reset();
  backup_.reset();
  file_store_.reset();
  engine_.reset();
  // Close: coroutines that are still suspended go while everything that they refer to is there.
  writing_.discard();
  io_.discard();
}

std::vector<crypto::Secret> Service::platform_keys() {
  if (!config_.auth.api_keys.empty()) return config_.auth.api_keys;
  auto found = data_.find_or_make_api_key();
  const std::string path = data_.api_key().string();
  // At once: the start may still fail, and the key is kept.
  ops::log(ops::Level::info,
           found.made_now ? "a platform key was generated and stored" : "the platform key is the stored one",
           {{"file", path}});
  if (found.made_now) made_api_key_ = path;
  return {std::move(found.key)};
}

/// Returns whether the embedded engine has room for events. Somebody else's disk is a server's own matter.
bool Service::has_room() const {
  return shares_its_engine(config_) || io::free_room(data_.path()) >= engine::kFreeForEvents;
}

boost::asio::awaitable<void> Service::write_to_trail(events::EventsTable table,
                                                     std::vector<events::Event> records) {
  envelopes::DecodedItems items{.events = std::move(records)};
  co_await writing_.intake().take_all(std::move(table), std::move(items));
}

std::string Service::url() const {
  return fmt::format("{}://{}", certificates_ ? "https" : "http",
                     text::host_and_port(config_.server.address, server_.port()));
}

std::optional<std::string> Service::metrics_url() const {
  if (!metrics_server_) return std::nullopt;
  return fmt::format("http://{}/metrics",
                     text::host_and_port(config_.metrics.address, metrics_server_->port()));
}

std::string Service::public_url() const {
  return config_.server.public_url.empty() ? url() : config_.server.public_url;
}

}  // namespace annals
