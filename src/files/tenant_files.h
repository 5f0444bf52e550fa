#pragma once

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "tenants/belonging.h"

namespace annals::files {

/// Removes the files of deleted tenants. There is nothing to make: FileStore::prepare() does it with the
/// first upload URL. Thread-safe.
class TenantFiles final : public tenants::Belonging {
 public:
  /// `store` must outlive this object.
  explicit TenantFiles(FileStore& store) : store_(store) {}

  boost::asio::awaitable<bool> make(tenants::Owner owner) override;
  /// Throws Error(files_not_deleted) if the file store fails.
  boost::asio::awaitable<void> remove(tenants::Owner owner, tenants::Fence fence) override;

 private:
  FileStore& store_;
};

}  // namespace annals::files
