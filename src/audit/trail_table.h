#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/events_table.h"
#include "ids/id.h"
#include "tenants/tenant.h"

namespace annals::audit {

/// Returns the id under which the lanes, the journal and the caches know the audit trail. It is no UUID v4
/// that a tenant could get.
ClientId trail_id();

/// Returns the audit trail as those who read histories see it. Its label is `_annals`.
std::shared_ptr<const tenants::Tenant> trail_tenant();

/// The table of the audit trail, an events table in the database `default`: no registry leads to it, so that
/// no call of the API can delete it, and no sweep of any version of Annals takes it for a stray. Thread-safe;
/// every call throws engine::EngineError.
class TrailTable {
 public:
  /// `shared` says whether several instances write to it. `engine` must outlive this object.
  TrailTable(engine::Engine& engine, bool shared) : engine_(engine), shared_(shared) {}

  /// Returns the table as a request uses it.
  [[nodiscard]] events::EventsTable for_request(std::string request_id = {}) const;

  /// Creates the table if it is missing.
  boost::asio::awaitable<void> make();
  /// Lets the next make() look again, because the table may have been dropped.
  void forget_made() { made_ = false; }

 private:
  engine::Engine& engine_;
  const bool shared_;
  std::atomic<bool> made_ = false;
};

}  // namespace annals::audit
