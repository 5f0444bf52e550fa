#pragma once

#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <tuple>

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "files/late_uploads.h"
#include "leases/leases.h"
#include "tenants/databases.h"
#include "tenants/registry.h"

namespace annals::files {

/// Removes files that were uploaded, through URLs that were still valid, for tenants that are gone. If the
/// name belongs to a new tenant by now, only files that bear the old one's tag are removed. Safe over any
/// number of instances. Each instance calls run() at most once at a time.
class LateUploadRemoval {
 public:
  struct Parts {
    LateUploads& late_uploads;
    tenants::Registry& registry;
    tenants::Databases& databases;
    leases::Leases& leases;
    FileStore& files;
  };

  /// The parts must outlive this object.
  explicit LateUploadRemoval(Parts parts) : parts_(parts) {}

  /// Removes the files that have arrived under every expected name, and forgets the names under which no more
  /// can arrive. Leaves a name on which somebody else is at work to the next call, and the rest of the names
  /// once a stop is requested. Throws engine::EngineError and FileStoreError.
  boost::asio::awaitable<void> run(std::stop_token stop);

 private:
  boost::asio::awaitable<void> remove(ExpectedUploads uploads);
  boost::asio::awaitable<bool> remove_alone(ExpectedUploads uploads, leases::Lease& lease);
  boost::asio::awaitable<bool> remove_from(tenants::Tenant holder, ExpectedUploads uploads,
                                           leases::Lease& lease);
  boost::asio::awaitable<bool> remove_all(ExpectedUploads uploads, leases::Lease& lease);

  Parts parts_;
  /// A Departure names the deletion of a tenant, which may be restored and deleted again.
  using Departure = std::tuple<ClientId, std::string, std::int64_t>;
  static Departure departure_of(const ExpectedUploads& uploads) {
    return {uploads.owner, uploads.database.text(), uploads.until_ms};
  }

  /// Those whose files can no longer arrive and are gone, while another tenant has the name.
  std::set<Departure> done_;
};

}  // namespace annals::files
