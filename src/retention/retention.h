#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/changes.h"
#include "events/events_table.h"
#include "files/file_store.h"
#include "leases/leases.h"
#include "retention/expired_files.h"
#include "tenants/administration.h"
#include "tenants/gone_tenants.h"
#include "tenants/registry.h"

namespace annals::retention {

/// Removes events that are past their tenant's retention, and then the files that only such events name. What
/// is past it is not read any more anyway (EventsTable::kept_from). Every step may be repeated, and the next
/// run resumes what a crash or a failure has left:
///  1. the files that expired events name are noted (ExpiredFiles);
///  2. the journal gives up what it holds of them, else a restart would take them for events that were not
///     moved;
///  3. the rows are deleted, and the engine has done so when the statement returns;
///  4. of the noted files those that no row names any more are removed from the store, and their notes after
///     them.
/// A tenant's run holds a lease, so that of several instances one does it; two at a time would do no harm.
class Retention {
 public:
  struct Parts {
    engine::Engine& engine;  // all of them must outlive this object
    tenants::Registry& registry;
    tenants::Administration& administration;
    tenants::GoneTenants& gone;
    leases::Leases& leases;
    files::FileStore& files;
    ExpiredFiles& expired_files;
    events::Changes& changes;
    /// Brings what was acknowledged into the table. May be null.
    std::function<boost::asio::awaitable<void>(events::EventsTable)> settle = {};
    /// See lanes::Moves::give_up(). May be null.
    std::function<boost::asio::awaitable<void>(events::EventsTable, std::uint64_t last)> give_up = {};
    std::chrono::milliseconds interval;  // between two runs for one tenant
  };

  explicit Retention(Parts parts) : parts_(std::move(parts)) {}

  /// Runs for every tenant whose turn has come, one after the other. What fails for one is logged and tried
  /// again in the next call. Throws engine::EngineError if the registry cannot be read. At most one call may
  /// be in flight.
  boost::asio::awaitable<void> run(std::stop_token stop);

  /// Removes the rows of any events table that are older than `before`, in steps 2 and 3 of the above.
  /// Returns how many there were; 0 while another instance does it. Throws engine::EngineError.
  boost::asio::awaitable<std::uint64_t> remove_before(events::EventsTable table, Timestamp before);

 private:
  [[nodiscard]] bool is_due(const tenants::Tenant& tenant) const;
  /// Does something for a tenant under the lease on its retention.
  using Step = boost::asio::awaitable<void> (Retention::*)(ClientId id, leases::Lease& lease);
  boost::asio::awaitable<void> run_one(ClientId id, Step step);
  boost::asio::awaitable<void> enforce(ClientId id, leases::Lease& lease);
  boost::asio::awaitable<std::uint64_t> remove_rows(events::EventsTable table, Timestamp before,
                                                    leases::Lease& lease);
  boost::asio::awaitable<std::uint64_t> remove_files(tenants::Tenant tenant, leases::Lease& lease);
  boost::asio::awaitable<std::uint64_t> remove_some(tenants::Tenant tenant, std::vector<FileId> files,
                                                    leases::Lease& name_lease);
  boost::asio::awaitable<std::vector<FileId>> not_named(events::EventsTable table, std::vector<FileId> files);
  boost::asio::awaitable<void> settle(events::EventsTable table);
  boost::asio::awaitable<void> finish_files(std::stop_token stop);
  boost::asio::awaitable<void> finish_files_of(ClientId owner, leases::Lease& lease);
  [[nodiscard]] events::EventsTable table_of(const tenants::Tenant& tenant) const;

  const Parts parts_;
};

}  // namespace annals::retention
