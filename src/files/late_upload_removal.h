#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "files/late_uploads.h"
#include "leases/leases.h"
#include "tenants/registry.h"

namespace annals::files {

/// Removes what was uploaded, through URLs that were still valid, for tenants that are gone. Where the name
/// belongs to a new tenant by now, its files are left alone: a late upload of the old one then stays until
/// the new one goes, under an id that nobody who can read there knows. Safe for concurrent use, over any
/// number of instances.
class LateUploadRemoval {
 public:
  struct Parts {
    LateUploads& late_uploads;
    tenants::Registry& registry;
    leases::Leases& leases;
    files::FileStore& files;
  };

  /// The parts must outlive this.
  explicit LateUploadRemoval(Parts parts) : parts_(parts) {}

  /// What remove() has to be called with, again and again. Throws engine::EngineError.
  boost::asio::awaitable<std::vector<ExpectedUploads>> expected();

  /// Removes the files that are there by now, and forgets the name when no more can come. Leaves it to the
  /// next call when somebody works on that name. Throws engine::EngineError and files::FileStoreError.
  boost::asio::awaitable<void> remove(ExpectedUploads uploads);

 private:
  boost::asio::awaitable<bool> remove_alone(ExpectedUploads uploads, leases::Lease& lease);

  Parts parts_;
};

}  // namespace annals::files
