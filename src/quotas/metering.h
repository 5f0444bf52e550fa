#pragma once

#include <chrono>
#include <stop_token>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "files/file_store.h"
#include "quotas/quotas.h"
#include "tenants/administration.h"

namespace annals::quotas {

/// Keeps the usage of tenants with quotas true, in the background: it stores what came today, so that it
/// outlives a restart and other instances learn of it, and measures what is stored. One tenant at a time, and
/// none that is not in use.
class Metering {
 public:
  struct Parts {
    Quotas& quotas;  // all of them must outlive this object
    tenants::Administration& administration;
    tenants::TenantDirectory& directory;
    engine::Engine& engine;
    files::FileStore& files;
    std::chrono::milliseconds interval;  // at which one tenant's usage is stored and measured
  };

  explicit Metering(Parts parts) : parts_(parts) {}

  /// Does what is due. What fails for one tenant is logged and tried again later. At most one call may be in
  /// flight.
  boost::asio::awaitable<void> run(std::stop_token stop);

  /// Stores what came today of all tenants, until the deadline: before the end of the process.
  boost::asio::awaitable<void> store_all(std::chrono::steady_clock::time_point deadline);

 private:
  boost::asio::awaitable<void> store(Quotas::Entry entry);
  boost::asio::awaitable<void> measure(Quotas::Entry entry);
  boost::asio::awaitable<std::uint64_t> stored_bytes(tenants::Tenant tenant);

  Parts parts_;
  std::chrono::steady_clock::time_point store_at_ = {};
};

}  // namespace annals::quotas
