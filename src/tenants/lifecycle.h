#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "files/late_uploads.h"
#include "leases/leases.h"
#include "tenants/directory.h"
#include "tenants/registry.h"
#include "tenants/tenant_database.h"

namespace annals::tenants {

/// Makes and deletes tenants. Both are small state machines whose state stands in the registry (`creating →
/// active → deleting → gone`): a crash between any two steps leaves a row that recover() takes up, and every
/// step may be repeated. Safe for concurrent use, over any number of instances.
class Lifecycle {
 public:
  struct Parts {
    Registry& registry;
    TenantDatabases& databases;
    leases::Leases& leases;
    files::FileStore& files;
    TenantDirectory& directory;
    files::LateUploads& late_uploads;
  };

  /// The parts must outlive this.
  explicit Lifecycle(Parts parts) : parts_(parts) {}

  /// Makes a tenant. Throws Error(tenant_exists) when the name or the label is taken, or is being taken; the
  /// loser leaves nothing behind. Throws engine::EngineError when the engine fails: then the tenant does not
  /// exist, or vanishes by recover().
  boost::asio::awaitable<InitialisedTenant> initialise(NewTenant wish);

  /// Deletes a tenant, or goes on with a deletion that did not end. When it returns nothing of the tenant is
  /// left. Throws Error(unknown_client) when there is none, Error(files_not_deleted) when the file store
  /// fails: the tenant stays `deleting`.
  boost::asio::awaitable<void> remove(ClientId id);

  /// Takes up what was left half-way: tenants `deleting`, those `creating` for longer than `abandoned_after`,
  /// and databases of ours that no row names any more. Logs what fails and leaves it to the next call. Throws
  /// engine::EngineError when the registry cannot be read.
  boost::asio::awaitable<void> recover(std::chrono::milliseconds abandoned_after);

 private:
  boost::asio::awaitable<std::unique_ptr<leases::Lease>> claim_name(DatabaseName name);
  boost::asio::awaitable<std::optional<InitialisedTenant>> initialise_alone(NewTenant wish,
                                                                            leases::Lease& name_lease);
  boost::asio::awaitable<void> roll_back(ClientId id);
  boost::asio::awaitable<bool> delete_alone(ClientId id);
  boost::asio::awaitable<void> delete_steps(Tenant tenant, leases::Lease& lease);
  boost::asio::awaitable<void> wait_until_gone(ClientId id);
  boost::asio::awaitable<void> recover_one(Tenant tenant);
  boost::asio::awaitable<bool> abandon(Tenant tenant);
  boost::asio::awaitable<void> drop_orphans();

  Parts parts_;
};

}  // namespace annals::tenants
