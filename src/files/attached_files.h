#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "files/late_uploads.h"

namespace annals::files {

/// Finds the files that events name. A file that was uploaded for an earlier tenant of the same name is not
/// there. Thread-safe.
class AttachedFiles {
 public:
  /// Both must outlive this object.
  AttachedFiles(FileStore& store, LateUploads& late_uploads) : store_(store), late_uploads_(late_uploads) {}

  /// Returns nullopt if the file was never uploaded, or belonged to an earlier tenant. Ids without any tag
  /// are the tenant's own: earlier versions made such ids, and so does whoever brings files along. Throws
  /// FileStoreError and engine::EngineError.
  boost::asio::awaitable<std::optional<FileInfo>> find(TenantFile file);

  /// Seals the files that events are about to name, and returns what is known of each, in their order;
  /// nullopt if it is not there. An event does not wait for a store that fails: of the files after a failure,
  /// and of those of the next seconds, nothing is known. Throws nothing.
  boost::asio::awaitable<std::vector<std::optional<FileDigest>>> seal(ClientId owner, DatabaseName database,
                                                                      std::vector<FileId> ids);

 private:
  boost::asio::awaitable<void> seal_each(ClientId owner, DatabaseName database, std::vector<FileId> ids,
                                         std::vector<std::optional<FileDigest>>& digests);
  [[nodiscard]] bool has_failed_lately() const;
  boost::asio::awaitable<bool> is_of_an_earlier_tenant(TenantFile file);

  FileStore& store_;
  LateUploads& late_uploads_;
  std::atomic<std::chrono::steady_clock::rep> failed_at_ = 0;  // the store, last; 0: never
};

}  // namespace annals::files
