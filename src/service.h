#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/authenticator.h"
#include "access/keys.h"
#include "access/platform_keys.h"
#include "access/viewer_token.h"
#include "api/api.h"
#include "api/backup/backups.h"
#include "api/metrics/metrics.h"
#include "api/names/names.h"
#include "api/pages/pages.h"
#include "audit/trail.h"
#include "audit/trail_table.h"
#include "backup/backup.h"
#include "config/config.h"
#include "config/data_directory.h"
#include "engine/engine.h"
#include "events/changes.h"
#include "events/parts/broken_parts.h"
#include "events/parts/unindexed_parts.h"
#include "events/table_upgrade.h"
#include "events/tenant_tables.h"
#include "files/attached_files.h"
#include "files/counted_store.h"
#include "files/file_store.h"
#include "files/late_upload_removal.h"
#include "files/late_uploads.h"
#include "files/tenant_files.h"
#include "history/arrival_poll.h"
#include "history/history.h"
#include "http/server/server.h"
#include "http/server/tls/contexts.h"
#include "io/threads.h"
#include "journal/journal.h"
#include "journal/tenant_records.h"
#include "lanes/moves.h"
#include "lanes/writing.h"
#include "leases/leases.h"
#include "metrics/exposition.h"
#include "names/names.h"
#include "names/tenant_names.h"
#include "ops/tracer.h"
#include "quotas/metering.h"
#include "quotas/quotas.h"
#include "retention/retention.h"
#include "tenants/databases.h"
#include "tenants/tenancy.h"
#include "tracing/exporter.h"
#include "upkeep/upkeep.h"

namespace annals {

/// A file store with the routes that its URLs lead to, if they lead back to this service.
struct FilesAdapter {
  std::unique_ptr<files::FileStore> store;
  api::Api::MoreRoutes add_routes = {};
};

/// Fills the ports. The defaults are the adapters that the configuration names; a test may put a decorator
/// around them.
struct Adapters {
  std::function<std::unique_ptr<engine::Engine>(const config::Config&, config::DataDirectory&)> engine = {};
  /// The third parameter returns the beginning of URLs that lead back to this service.
  std::function<FilesAdapter(const config::Config&, config::DataDirectory&, std::function<std::string()>)>
      files = {};
  /// Returns the destination of backups, or null if none is configured.
  std::function<std::unique_ptr<backup::Destination>(const config::Config&)> backups = {};

  /// Returns the adapters of this build. Nothing else names a concrete adapter.
  static Adapters standard();
};

/// The composition root: the whole of Annals as one object, its members in the order of construction.
/// End-to-end tests run this very object.
class Service {
 public:
  /// Opens the engine and the file store and binds the address, without answering yet. Throws
  /// std::runtime_error with a message for the operator.
  Service(config::Config config, const Adapters& adapters);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Resumes what a crash left half-done, as far as the engine can be reached, and begins to answer.
  void start();

  /// Lets `GET /readyz` say from here on that the service is about to stop; requests are still served.
  /// Thread-safe.
  void drain() { is_draining_ = true; }

  /// Takes over what may change while the service runs: the platform's keys, and the certificate if its files
  /// have changed. Throws std::runtime_error if the stored key cannot be read; the keys then stay. At most
  /// one call may run at a time.
  void reload(const config::Config& changed);

  /// Returns whether each of the threads that answer requests takes up work within `patience`. Call it after
  /// start() and from one thread.
  bool turns(std::chrono::milliseconds patience) { return io_.each_turns(patience); }

  /// Stops accepting and waits until running requests and background work have ended. Returns false if
  /// `timeout` passed first.
  bool stop(std::chrono::milliseconds timeout);

  /// Returns "http://127.0.0.1:8080", or https with TLS, with the port that was bound.
  [[nodiscard]] std::string url() const;

  /// Returns the beginning of generated URLs: server.public_url, or url() if it is not set.
  [[nodiscard]] std::string public_url() const;

  /// Returns the address and port of the listener of the metrics, if there is one.
  [[nodiscard]] std::optional<std::string> metrics_url() const;

  /// Returns the path of the file with the platform key if this start has made one. The key itself is never
  /// given out: what is printed ends up in logs.
  [[nodiscard]] const std::optional<std::string>& made_api_key() const { return made_api_key_; }

 private:
  std::vector<crypto::Secret> platform_keys();
  metrics::Exposition::Parts exposition_parts();
  void add_routes(http::Router& router, const api::Admission& admission, const api::Api::Parts& parts);
  void make_metrics_server();
  void log_remarks() const;
  [[nodiscard]] bool has_room() const;
  void check_files();
  boost::asio::awaitable<void> check_engine();
  void store_uses(std::chrono::steady_clock::time_point deadline);
  void store_in_time(boost::asio::awaitable<void> storing, std::string_view failure,
                     std::chrono::steady_clock::time_point deadline);
  void end_trail(std::chrono::steady_clock::time_point deadline);
  void note_in_trail(audit::Action action);
  boost::asio::awaitable<void> write_to_trail(events::EventsTable table, std::vector<events::Event> records);
  void send_spans(std::chrono::steady_clock::time_point deadline);
  void empty_journal(std::chrono::steady_clock::time_point deadline);
  std::unique_ptr<lanes::Moves> make_moves();
  std::optional<lanes::JournaledCommits::Parts> journaled_parts();
  lanes::FindFiles file_finding();
  std::function<boost::asio::awaitable<void>(events::EventsTable)> settling();
  std::function<boost::asio::awaitable<void>(events::EventsTable, std::uint64_t)> giving_up();
  std::function<bool(ClientId)> waiting_events();
  boost::asio::awaitable<lanes::Moves::Whereabouts> find_table(ClientId owner);
  std::vector<upkeep::Round> rounds();
  std::unique_ptr<backup::Backup> make_backup(const Adapters& adapters);

  config::Config config_;
  config::DataDirectory data_;
  std::optional<std::string> made_api_key_;
  std::unique_ptr<tracing::Exporter> spans_;  // null if nobody receives them
  ops::Tracer tracer_;
  io::Threads io_;
  std::unique_ptr<engine::Engine> engine_;
  FilesAdapter files_;
  std::unique_ptr<files::CountedStore> file_store_;  // around that of `files_`
  std::unique_ptr<journal::Journal> journal_;        // null if the engine is not this process's alone
  std::unique_ptr<leases::Leases> leases_;
  // The belongings of tenants.
  files::TenantFiles tenant_files_;
  tenants::Databases databases_;
  events::Changes changes_;
  events::TenantTables tables_;
  names::Names names_;
  retention::ExpiredFiles expired_files_;
  journal::TenantRecords journaled_;
  history::OpenStreams exports_;
  history::OpenStreams tails_;
  events::BrokenParts broken_parts_;
  events::UnindexedParts unindexed_parts_;
  events::TableUpgrade table_upgrade_;
  files::LateUploads late_uploads_;
  files::AttachedFiles attached_files_;
  tenants::Tenancy tenancy_;
  names::TenantNames tenant_names_;
  files::LateUploadRemoval late_upload_removal_;
  access::PlatformKeys platform_keys_;
  access::Keys keys_;
  access::ViewerTokens viewer_tokens_;
  access::Authenticator authenticator_;
  quotas::Quotas quotas_;
  quotas::Metering metering_;
  std::unique_ptr<lanes::Moves> moves_;  // with `journal_`
  lanes::Writing writing_;
  audit::TrailTable trail_table_;
  audit::Trail trail_;
  retention::Retention retention_;
  history::History history_;
  history::ArrivalPoll arrival_poll_;
  std::unique_ptr<backup::Backup> backup_;  // null without a destination
  api::Backups backup_routes_;
  std::shared_ptr<http::TlsContexts> certificates_;  // null without TLS
  metrics::Exposition exposition_;
  api::Metrics metrics_;
  api::Names name_routes_;
  api::Pages pages_;
  std::atomic<bool> is_draining_ = false;
  api::Api api_;
  http::Server server_;
  http::Router metrics_router_;
  std::optional<http::Server> metrics_server_;  // with metrics.listen
  upkeep::Upkeep upkeep_;
};

}  // namespace annals
