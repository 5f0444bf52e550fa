#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "ids/database_name.h"
#include "tenants/belonging.h"

namespace annals::files {

/// The name of a deleted database under which files may still arrive.
struct ExpectedUploads {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId owner;         // the deleted tenant
  DatabaseName database;
  bool held = false;          // another tenant has the name now
  std::int64_t until_ms = 0;  // milliseconds of Unix time, by the engine's clock
  bool over = false;          // `until_ms` has passed
};

/// The table `default.annals_late_uploads`: it lists the names under which files may still arrive, because an
/// upload URL outlives the tenant that it was made for. An entry may be added repeatedly; the latest time
/// counts. As a belonging of a tenant it is what the tenant leaves behind: removing a tenant's adds an entry.
/// An entry also says whose files are not those of the tenant that has the name now, so it stays for as long
/// as a tenant has the name that took it while files could arrive.
/// Thread-safe; every call throws engine::EngineError.
class LateUploads final : public tenants::Belonging {
 public:
  /// `engine` must outlive this object. `longest` is the time from a deletion until the last upload that
  /// began before it must have ended.
  LateUploads(engine::Engine& engine, std::chrono::milliseconds longest)
      : engine_(engine), longest_(longest) {}

  /// Adds an entry that lasts for the longest time from now on.
  boost::asio::awaitable<void> expect(tenants::Owner owner);

  /// The table of tenants must exist.
  boost::asio::awaitable<std::vector<ExpectedUploads>> list();

  /// Returns the deleted tenants of that name that there are entries of.
  boost::asio::awaitable<std::vector<ClientId>> earlier_owners(DatabaseName database);

  /// Removes the entry, unless it was renewed since it was listed.
  boost::asio::awaitable<void> forget(ExpectedUploads entry);

  boost::asio::awaitable<bool> make(tenants::Owner owner) override;
  boost::asio::awaitable<void> remove(tenants::Owner owner, tenants::Fence fence) override;
  /// Returns whether there is an entry of that name.
  boost::asio::awaitable<bool> is_cleaning_up(DatabaseName name) override;

 private:
  boost::asio::awaitable<void> bootstrap();

  engine::Engine& engine_;
  std::chrono::milliseconds longest_;
  std::atomic<bool> bootstrapped_ = false;
};

}  // namespace annals::files
