#pragma once

#include <functional>
#include <memory>

#include "access/keys.h"
#include "backup/backups.h"
#include "backup/blobs.h"
#include "backup/catalogue.h"
#include "backup/deletion.h"
#include "backup/destination.h"
#include "backup/jobs.h"
#include "backup/restoration.h"

namespace annals::backup {

/// Everything that this folder offers, in the order of construction.
class Backup {
 public:
  struct Parts {
    engine::Engine& engine;  // all of them must outlive this object
    tenants::Registry& registry;
    tenants::Lifecycle& lifecycle;
    files::FileStore& files;
    files::LateUploads& late_uploads;
    access::Keys& keys;
    names::Names& names;
    Settle settle = {};                     // see TenantBackup::Parts
    std::function<void(ClientId)> readmit;  // see Restoration::Parts
  };

  Backup(std::unique_ptr<Destination> destination, Parts parts)
      : destination_(std::move(destination)),
        blobs_(*destination_),
        catalogue_(blobs_),
        backups_({.tenant = {.engine = parts.engine,
                             .registry = parts.registry,
                             .files = parts.files,
                             .late_uploads = parts.late_uploads,
                             .names = parts.names,
                             .blobs = blobs_,
                             .settle = std::move(parts.settle)},
                  .keys = parts.keys,
                  .catalogue = catalogue_}),
        restoration_({.engine = parts.engine,
                      .lifecycle = parts.lifecycle,
                      .registry = parts.registry,
                      .files = parts.files,
                      .late_uploads = parts.late_uploads,
                      .keys = parts.keys,
                      .names = parts.names,
                      .blobs = blobs_,
                      .catalogue = catalogue_,
                      .readmit = std::move(parts.readmit)}),
        deletion_(catalogue_),
        jobs_({.backups = backups_,
               .restoration = restoration_,
               .deletion = deletion_,
               .catalogue = catalogue_,
               .blobs = blobs_}) {}

  [[nodiscard]] Jobs& jobs() { return jobs_; }

 private:
  std::unique_ptr<Destination> destination_;
  Blobs blobs_;
  Catalogue catalogue_;
  Backups backups_;
  Restoration restoration_;
  Deletion deletion_;
  Jobs jobs_;
};

}  // namespace annals::backup
