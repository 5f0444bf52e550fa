#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "backup/blobs.h"
#include "backup/manifest.h"

namespace annals::backup {

enum class BackupState : std::uint8_t {
  complete,
  unfinished,  // it is being made, or it was not finished
  deleting,    // it is being deleted, or its deletion was not finished
};

/// The state of a backup by the names in the destination's folder `manifests`; see manifest.h.
struct Marks {
  bool has_manifest = false;
  bool has_start = false;
  bool is_withdrawn = false;
  std::vector<std::string> uses = {};       // names of blobs, the oldest first
  std::vector<std::string> deletions = {};  // names of blobs

  /// Returns nullopt if there is no such backup, or none any more.
  [[nodiscard]] std::optional<BackupState> state() const;
};

/// A backup in the destination's list.
struct Listed {
  std::string id;
  BackupState state;
};

/// The manifests in a destination, and the marks beside them. Marks take no room, so that they can be made
/// where there is none. Thread-safe. Every call throws as Destination.
class Catalogue {
 public:
  /// `blobs` must outlive this object.
  explicit Catalogue(Blobs& blobs) : blobs_(blobs) {}

  /// Returns all backups, the oldest first.
  boost::asio::awaitable<std::vector<Listed>> list();
  /// Returns what there is of each id, of those too that are no backup any more.
  boost::asio::awaitable<std::map<std::string, Marks>> marks();

  /// Returns a complete backup. Throws Error(backup_not_found) if there is none of that id, and
  /// Error(backup_refused) if it is being deleted or its manifest is damaged.
  boost::asio::awaitable<Manifest> find(std::string id);
  /// Does the same for a backup that may be one that is being deleted.
  boost::asio::awaitable<Manifest> read(std::string id);
  /// Returns the base of a backup that is not complete, or null if it has none. Returns nullopt if it is
  /// complete or gone.
  boost::asio::awaitable<std::optional<std::optional<std::string>>> base_of_unfinished(std::string id);

  /// Notes that a backup begins, and returns its base. From here on nobody deletes the base. Throws as find()
  /// if the base cannot be used.
  boost::asio::awaitable<std::optional<Manifest>> begin(std::string id, std::optional<std::string> base);
  /// Makes a backup complete: from here on it can be restored. Throws Error(backup_refused) if it was deleted
  /// meanwhile. If it throws something else than Error(file_store_full), nobody knows whether the backup is
  /// complete, and what it consists of must stay.
  boost::asio::awaitable<void> complete(Manifest manifest);
  /// Removes everything of a backup that is not complete.
  boost::asio::awaitable<void> abandon(std::string id);

  /// Marks a backup as used and returns the mark's name. A mark counts for kUseTtl.
  boost::asio::awaitable<std::string> mark_used(std::string id);
  /// Marks a backup as one that is being deleted, and returns the mark's name.
  boost::asio::awaitable<std::string> mark_deleted(std::string id);
  /// Marks a backup as one that never becomes complete, whatever is still written of it.
  boost::asio::awaitable<void> withdraw(std::string id);
  boost::asio::awaitable<void> remove_marks(std::vector<std::string> names);
  /// Removes everything of a backup but the marks of its deletion, the manifest first.
  boost::asio::awaitable<void> erase(std::string id);

 private:
  Blobs& blobs_;
};

/// The time for which a mark of use counts, in minutes. Users renew theirs much earlier.
inline constexpr std::chrono::minutes kUseTtl{10};

/// Returns whether a mark of use still counts.
bool counts(std::string_view use, Timestamp now);

/// Returns the folder of a backup's blobs.
std::string folder_of(const std::string& id);

}  // namespace annals::backup
