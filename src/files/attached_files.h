#pragma once

#include <optional>

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

 private:
  boost::asio::awaitable<bool> is_of_an_earlier_tenant(TenantFile file);

  FileStore& store_;
  LateUploads& late_uploads_;
};

}  // namespace annals::files
