#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "api/client_identity.h"
#include "api/events.h"
#include "api/health.h"
#include "api/history.h"
#include "api/local_files.h"
#include "api/tenants.h"
#include "api/upload_url.h"
#include "config/config.h"
#include "config/data_directory.h"
#include "engine/engine.h"
#include "files/file_store.h"
#include "files/late_upload_removal.h"
#include "files/late_uploads.h"
#include "files/local/links.h"
#include "history/history.h"
#include "http/authentication.h"
#include "http/router.h"
#include "http/server/server.h"
#include "lanes/commits.h"
#include "lanes/intake.h"
#include "lanes/lanes.h"
#include "leases/leases.h"
#include "tenants/directory.h"
#include "tenants/lifecycle.h"
#include "tenants/registry.h"
#include "tenants/tenant_database.h"
#include "upkeep/sweep.h"

namespace annals {

/// How the ports are filled. The defaults are the adapters that the configuration names; a test may put a
/// decorator around them.
struct Adapters {
  std::function<std::unique_ptr<engine::Engine>(const config::Config&, config::DataDirectory&)> engine = {};
  /// The third is what URLs that lead back to this service begin with.
  std::function<std::unique_ptr<files::FileStore>(const config::Config&, config::DataDirectory&,
                                                  files::BaseUrl)>
      files = {};

  /// Nothing else names a concrete adapter.
  static Adapters standard();
};

/// The composition root: the whole of Annals as one object, its members in the order of construction.
/// End-to-end tests run this very object.
class Service {
 public:
  /// Opens the engine and the file store and binds the address; answers nothing yet. Throws
  /// std::runtime_error with a message for the operator.
  Service(config::Config config, const Adapters& adapters);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Takes up what a crash left half-way, as far as the engine can be reached, and starts to answer.
  void start();

  /// Stops accepting, lets running requests finish and returns; false when `patience` ran out first.
  bool stop(std::chrono::milliseconds patience);

  /// "http://127.0.0.1:8080", with the port that was bound.
  [[nodiscard]] std::string url() const;

  /// What generated URLs begin with: server.public_url, else url().
  [[nodiscard]] std::string public_url() const;

  /// The platform key, when this start has made one.
  [[nodiscard]] const std::optional<crypto::Secret>& made_api_key() const { return made_api_key_; }
  [[nodiscard]] std::string api_key_path() const { return data_.api_key().string(); }

 private:
  std::vector<crypto::Secret> platform_keys();
  void check_files();
  void run_io();

  config::Config config_;
  config::DataDirectory data_;
  std::optional<crypto::Secret> made_api_key_;
  http::Authentication authentication_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<files::FileStore> files_;
  tenants::Registry registry_;
  tenants::TenantDirectory directory_;
  tenants::TenantDatabases databases_;
  std::unique_ptr<leases::Leases> leases_;
  files::LateUploads late_uploads_;
  tenants::Lifecycle lifecycle_;
  files::LateUploadRemoval late_upload_removal_;
  api::ClientIdentity client_identity_;
  api::TenantHandlers tenant_handlers_;
  api::UploadUrlHandlers upload_url_handlers_;
  std::optional<api::FileHandlers> file_handlers_;  // when the file store is our own
  api::HealthHandlers health_handlers_;
  lanes::Commits commits_;
  history::History history_;
  api::HistoryHandlers history_handlers_;
  http::Router router_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_;
  lanes::Lanes lanes_;
  lanes::Intake intake_;
  api::EventHandlers event_handlers_;
  http::Server server_;
  upkeep::Sweep sweep_;
  std::vector<std::jthread> threads_;
};

}  // namespace annals
