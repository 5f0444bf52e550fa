#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "access/keys.h"
#include "backup/blobs.h"
#include "backup/catalogue.h"
#include "backup/manifest.h"
#include "backup/progress.h"
#include "engine/engine.h"
#include "events/events_table.h"
#include "files/file_store.h"
#include "files/late_uploads.h"
#include "names/names.h"
#include "tenants/lifecycle.h"
#include "tenants/registry.h"

namespace annals::backup {

/// Restores tenants from a backup. A tenant that is being restored is one that is being made: it has its row
/// in the state `creating`, and the leases on its name and its label are held, so a crash at any step leaves
/// what Lifecycle::recover() removes, and nobody is served from half a tenant. Before anything is changed all
/// that is to be restored is read and checked; before a tenant becomes active, its table and its files are
/// compared with the backup. Thread-safe.
class Restoration {
 public:
  struct Parts {
    engine::Engine& engine;  // all of them must outlive this object
    tenants::Lifecycle& lifecycle;
    tenants::Registry& registry;
    files::FileStore& files;
    files::LateUploads& late_uploads;
    access::Keys& keys;
    names::Names& names;
    Blobs& blobs;
    Catalogue& catalogue;
    /// Is called before a tenant is served again whose id this process may have served before it was deleted.
    std::function<void(ClientId)> readmit;
  };

  struct Request {
    std::string backup;
    std::optional<ClientId> tenant = {};        // nullopt: everything
    std::optional<DatabaseName> database = {};  // another name; of one tenant only
    std::optional<std::string> label = {};      // another label; of one tenant only
    bool as_new = false;                        // with a new id; of one tenant only
  };

  explicit Restoration(Parts parts) : parts_(std::move(parts)) {}

  /// Restores one tenant and returns its id. Throws Error(backup_not_found), Error(backup_refused) before
  /// anything is changed, Error(tenant_exists) if id, name or label are taken, and as Lifecycle::restore().
  boost::asio::awaitable<ClientId> restore_one(Request request, Watch watch);

  /// Restores every tenant whose id is not there, and the keys and the platform's names of ids that are not
  /// there. What is there is left as it is, so it may be called again after a failure. A tenant that cannot
  /// be restored does not hinder the others, nor do names for which there is no room; it throws
  /// Error(backup_refused) at the end that names how many could not.
  boost::asio::awaitable<void> restore_all(Request request, Watch watch);

 private:
  boost::asio::awaitable<ClientId> restore(TenantEntry entry, Request request, Watch watch);
  boost::asio::awaitable<bool> restore_if_missing(TenantEntry entry, Request request, Watch watch);
  boost::asio::awaitable<void> fill(tenants::KeptTenant kept, TenantDetails details, TenantEntry entry,
                                    Watch watch, tenants::Fence keep);
  boost::asio::awaitable<void> fill_table(events::EventsTable table, TenantDetails details, Watch watch,
                                          tenants::Fence keep);
  boost::asio::awaitable<void> fill_files(files::TenantFile place, TenantDetails details, Watch watch,
                                          tenants::Fence keep);
  boost::asio::awaitable<void> put_file(files::TenantFile place, KeptFile file, Watch watch,
                                        tenants::Fence keep);
  boost::asio::awaitable<void> restore_names(Manifest manifest, Watch watch);
  boost::asio::awaitable<void> restore_keys(Manifest manifest, Watch watch);

  const Parts parts_;
};

}  // namespace annals::backup
