#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "backup/base.h"
#include "backup/blobs.h"
#include "backup/manifest.h"
#include "backup/progress.h"
#include "engine/engine.h"
#include "events/events_table.h"
#include "files/file_store.h"
#include "files/late_uploads.h"
#include "names/names.h"
#include "tenants/registry.h"

namespace annals::backup {

/// Brings what was acknowledged into a table; see lanes::Moves::settle().
using Settle = std::function<boost::asio::awaitable<void>(events::EventsTable)>;

/// Writes what belongs to one tenant into a backup, while the tenant is served. The cut is a place in the
/// order of arrival: everything that was acknowledged before the backup of the tenant began lies before it. A
/// file that an event before the cut names was there before the event, so it is in the backup too.
class TenantBackup {
 public:
  struct Parts {
    engine::Engine& engine;  // all of them must outlive this object
    tenants::Registry& registry;
    files::FileStore& files;
    files::LateUploads& late_uploads;
    names::Names& names;
    Blobs& blobs;
    Settle settle = {};  // may be null
  };

  TenantBackup(Parts parts, std::string backup, ClientId tenant, std::optional<Base> base, Watch watch);

  /// Returns the entry for the manifest, or nullopt if there is no such active tenant any more. Throws
  /// engine::EngineError, files::FileStoreError, as Destination, and Error(overloaded) if the table changes
  /// again and again while it is read, as when events are removed by retention.
  boost::asio::awaitable<std::optional<TenantEntry>> run();

  /// Returns the other backups whose blobs are named.
  [[nodiscard]] const std::set<std::string>& needs() const { return needs_; }

 private:
  boost::asio::awaitable<std::optional<TenantEntry>> run_once();
  boost::asio::awaitable<std::optional<TenantEntry>> write(tenants::KeptTenant tenant);
  boost::asio::awaitable<void> write_rows(events::EventsTable table, TenantDetails& details);
  boost::asio::awaitable<std::uint64_t> reuse_rows(events::EventsTable table, TenantDetails& details);
  boost::asio::awaitable<std::uint64_t> stream_rows(events::EventsTable table, TenantDetails& details,
                                                    std::uint64_t after);
  boost::asio::awaitable<void> write_piece(std::string bytes, std::uint64_t count, TenantDetails& details);
  boost::asio::awaitable<void> write_files(DatabaseName database, TenantDetails& details, TenantEntry& entry);
  boost::asio::awaitable<std::optional<KeptFile>> write_file(files::TenantFile file);
  std::optional<KeptFile> reuse_file(const KeptFile& present);
  boost::asio::awaitable<Blob> put(std::string name, std::string content);
  void note_need(const Blob& blob);

  Parts parts_;
  const std::string backup_;
  const ClientId tenant_;
  const std::optional<Base> base_;
  const Watch watch_;
  const std::string folder_;
  std::set<std::string> needs_;
  std::uint64_t next_blob_ = 1;
};

}  // namespace annals::backup
