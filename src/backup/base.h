#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "backup/blobs.h"
#include "backup/manifest.h"

namespace annals::backup {

/// The part of an earlier backup that is about one tenant. An incremental backup need not write it again.
struct Base {
  TableState table;
  std::vector<RowBlob> rows;
  std::map<FileId, KeptFile> files;
};

/// Returns nullopt if that backup has nothing of the tenant. Throws as Blobs::get().
boost::asio::awaitable<std::optional<Base>> base_of(Blobs& blobs, Manifest earlier, ClientId tenant);

/// Returns the id of the backup that a blob was written for.
std::string backup_of(const Blob& blob);

}  // namespace annals::backup
