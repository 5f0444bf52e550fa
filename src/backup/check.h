#pragma once

#include <boost/asio/awaitable.hpp>

#include "backup/blobs.h"
#include "backup/manifest.h"
#include "backup/progress.h"

namespace annals::backup {

/// Reads everything that is kept of one tenant, of earlier backups too, and compares it with what the
/// manifest says: every checksum, the events of the table, the number of files and their bytes. Throws
/// Error(backup_refused) that says what differs, and as Destination.
boost::asio::awaitable<void> check_tenant(Blobs& blobs, TenantEntry entry, Watch watch);

/// Does so for all tenants of a backup, and for its keys.
boost::asio::awaitable<void> check_all(Blobs& blobs, Manifest manifest, Watch watch);

}  // namespace annals::backup
