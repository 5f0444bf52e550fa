#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "leases/leases.h"
#include "tenants/belonging.h"
#include "tenants/directory.h"
#include "tenants/registry.h"

namespace annals::tenants {

/// Makes and deletes tenants. Both are small state machines whose state is in the registry (`creating →
/// active → deleting → gone`): a crash between any two steps leaves a row from which recover() resumes, and
/// every step may be repeated. Thread-safe, and safe over any number of instances.
class Lifecycle {
 public:
  struct Parts {
    Registry& registry;
    TenantDirectory& directory;
    leases::Leases& leases;
    Ownership& ownership;
    std::vector<std::reference_wrapper<Belonging>> belongings;  // in the order of making and removing
    std::chrono::milliseconds poll_interval{50};  // while another one works on the same tenant or name
    /// How long a deletion or a restoration waits for another who works on the same tenant.
    std::chrono::milliseconds wait_for_other{20'000};
    /// How long an initialisation waits while belongings of an earlier tenant of that name are cleaned up.
    std::chrono::milliseconds wait_for_clean_up{5'000};
    /// Returns whether acknowledged events of a tenant wait for being moved into its table. Null: none ever
    /// do.
    std::function<bool(ClientId)> has_waiting_events = {};
  };

  /// The parts must outlive this object.
  explicit Lifecycle(Parts parts) : parts_(std::move(parts)) {}

  /// Makes a tenant. Throws Error(tenant_exists) if the name or the label is taken or is being taken; the
  /// loser leaves nothing behind. Throws engine::EngineError if the engine fails: the tenant then does not
  /// exist, or recover() removes it.
  boost::asio::awaitable<InitialisedTenant> initialise(NewTenant request);

  /// Brings back what a tenant had, once its database and its table are made and before anybody is served
  /// from them. It awaits `keep` between its steps, which throws if the tenant is not its business any more,
  /// and may take as long as it needs: its claims are kept meanwhile.
  using Fill = std::function<boost::asio::awaitable<void>(Fence keep)>;

  /// Makes a tenant out of a backup, with its own id, secret and settings: what initialise() does, and before
  /// the tenant becomes active what `fill` does. Throws as initialise(), Error(tenant_exists) also if there
  /// is a tenant of that id, or events of one that the registry has lost, Error(overloaded) if
  /// somebody else works on that id for longer than a while, and what `fill` throws; what was made is then
  /// removed again. Call it on an executor that runs one thing at a time.
  boost::asio::awaitable<void> restore(KeptTenant kept, Fill fill);

  /// Deletes a tenant, or resumes a deletion that did not finish. Once it returns, nothing of the tenant is
  /// left. Throws Error(unknown_client) if there is no such tenant, and what a belonging throws that could
  /// not be removed: the tenant then stays `deleting`.
  boost::asio::awaitable<void> remove(ClientId id);

  /// Resumes what a crash or a failure has interrupted: deletes the tenants `deleting` and those `creating`,
  /// or given up, for longer than `abandoned_after`. Logs what fails and leaves it to the next call. Throws
  /// engine::EngineError if the registry cannot be read.
  boost::asio::awaitable<void> recover(std::chrono::milliseconds abandoned_after);

  /// The tenants that the latest recover() has found, before it did anything about them.
  struct Unfinished {
    std::size_t creating = 0;  // abandoned ones
    std::size_t deleting = 0;
  };
  /// Returns nullopt if there was none yet. Thread-safe.
  [[nodiscard]] std::optional<Unfinished> unfinished() const;

 private:
  /// The leases under which a tenant is made.
  struct Claims {
    leases::Lease& name;
    leases::Lease& label;
    leases::Lease* id = nullptr;  // of a tenant that is restored
    /// Keeps all. Throws Error(overloaded) if one may be lost.
    boost::asio::awaitable<void> keep();
  };

  boost::asio::awaitable<std::unique_ptr<leases::Lease>> claim_name(DatabaseName name);
  boost::asio::awaitable<bool> is_cleaning_up(DatabaseName name);
  /// A Making says what is to be made: a new tenant, or one with what a backup has kept of it.
  struct Making {
    KeptTenant tenant;
    std::optional<Timestamp> created_at = {};  // nullopt: now
    Fill fill = {};                            // null: nothing
    leases::Lease* id_lease = nullptr;         // of a tenant that is restored
  };

  /// Says to the log why a tenant was not made. Nullopt if it was.
  using Refusal = std::optional<std::string>;

  boost::asio::awaitable<void> make(Making making);
  boost::asio::awaitable<std::unique_ptr<leases::Lease>> claim_id(std::string key, ClientId id,
                                                                  leases::Lease* held = nullptr);
  boost::asio::awaitable<bool> restore_alone(Making making);
  boost::asio::awaitable<bool> is_unknown(ClientId id);
  boost::asio::awaitable<Refusal> claim_label(Making making, leases::Lease& name_lease);
  /// Says whether a deletion removes the tenant's row, or leaves that to recover().
  enum class Row : bool { kept, removed };

  boost::asio::awaitable<Refusal> create(Making making, Claims claims);
  boost::asio::awaitable<Refusal> create_steps(Making making, Claims claims, Row& row);
  boost::asio::awaitable<void> activate(ClientId id, DatabaseName database, Claims claims, Row& row);
  boost::asio::awaitable<void> roll_back(ClientId id, Row row);
  boost::asio::awaitable<bool> delete_alone(ClientId id, Row row = Row::removed);
  boost::asio::awaitable<void> delete_steps(ClientId id, leases::Lease& lease, Row row);
  boost::asio::awaitable<void> remove_row(ClientId id);
  boost::asio::awaitable<void> remove_belonging(Belonging& belonging, Owner owner, leases::Lease& lease);
  boost::asio::awaitable<void> check_owner(Owner owner, leases::Lease& lease);
  boost::asio::awaitable<void> wait_until_gone(ClientId id);
  void note(const std::vector<Tenant>& unfinished);
  boost::asio::awaitable<void> recover_one(Tenant tenant);
  boost::asio::awaitable<bool> abandon(Tenant tenant);
  boost::asio::awaitable<bool> turn_to_deleting(ClientId id, DatabaseName leased);

  Parts parts_;
  mutable std::mutex mutex_;  // guards the next one
  std::optional<Unfinished> unfinished_;
};

}  // namespace annals::tenants
