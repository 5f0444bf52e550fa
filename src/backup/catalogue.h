#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "backup/blobs.h"
#include "backup/manifest.h"

namespace annals::backup {

/// A backup in the destination's list.
struct Listed {
  std::string id;
  bool is_complete = false;  // false: it is being made, or it was not finished
};

/// The manifests in a destination. Thread-safe. Every call throws as Destination.
class Catalogue {
 public:
  /// `blobs` must outlive this object.
  explicit Catalogue(Blobs& blobs) : blobs_(blobs) {}

  /// Returns all backups, the oldest first.
  boost::asio::awaitable<std::vector<Listed>> list();

  /// Returns a complete backup. Throws Error(backup_not_found) if there is none of that id, and
  /// Error(backup_refused) if its manifest is damaged.
  boost::asio::awaitable<Manifest> find(std::string id);

  /// Notes that a backup begins.
  boost::asio::awaitable<void> begin(std::string id);
  /// Makes a backup complete: from here on it can be restored.
  boost::asio::awaitable<void> complete(Manifest manifest);
  /// Removes everything of a backup that is not complete.
  boost::asio::awaitable<void> abandon(std::string id);

 private:
  Blobs& blobs_;
};

/// Returns the folder of a backup's blobs.
std::string folder_of(const std::string& id);

}  // namespace annals::backup
