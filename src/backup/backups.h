#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "access/keys.h"
#include "backup/catalogue.h"
#include "backup/progress.h"
#include "backup/tenant_backup.h"

namespace annals::backup {

/// Makes backups of one tenant or of everything, while the service runs. A backup is verified before it is
/// complete: everything is read back from the destination, and its checksums, events, files and bytes are
/// compared with what was counted. Thread-safe; at most one run() may be in flight.
class Backups {
 public:
  struct Parts {
    TenantBackup::Parts tenant;
    access::Keys& keys;  // must outlive this object
    Catalogue& catalogue;
  };

  struct Request {
    std::string id;                   // see new_backup_id()
    std::optional<ClientId> tenant;   // nullopt: everything
    std::optional<std::string> base;  // a complete backup; what it has is not written again
  };

  explicit Backups(Parts parts) : parts_(std::move(parts)) {}

  /// Makes the backup. If it fails, what was written is removed as far as possible, unless it failed at its
  /// very last step: then the backup may be complete, and its state in the catalogue says whether it is.
  /// Throws as TenantBackup, Error(tenant_not_found), and as Catalogue::begin() and complete().
  boost::asio::awaitable<Manifest> run(Request request, Watch watch);

 private:
  boost::asio::awaitable<Manifest> write(Request request, Watch watch);
  boost::asio::awaitable<std::vector<ClientId>> tenants_of(Request request);
  boost::asio::awaitable<void> add_tenant(Manifest& manifest, std::optional<Manifest> base, ClientId tenant,
                                          std::set<std::string>& needs, Watch watch);
  boost::asio::awaitable<void> add_keys(Manifest& manifest);

  const Parts parts_;
};

/// Returns the documents of keys, as a backup keeps them.
std::string encode_keys(const std::vector<access::KeyTable::Document>& keys);
/// Throws Error(backup_refused) if the text is something else.
std::vector<access::KeyTable::Document> parse_keys(std::string_view text, const std::string& name);

}  // namespace annals::backup
