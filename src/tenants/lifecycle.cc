#include "tenants/lifecycle.h"

#include <array>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ops/log.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;
using leases::Lease;
using leases::name_lease_key;
using ops::Level;

/// How long a DELETE waits for another that is at work on the same tenant.
constexpr std::chrono::seconds kWaitForOther{20};
constexpr std::chrono::milliseconds kLookAgain{50};
/// How long an initialisation waits while late uploads of an earlier tenant of that name are removed.
constexpr std::chrono::seconds kWaitForSweep{5};

[[noreturn]] void throw_exists() {
  throw Error(ErrorCode::tenant_exists, "Client already exist.");
}

}  // namespace

awaitable<InitialisedTenant> Lifecycle::initialise(NewTenant wish) {
  if (wish.database.reserved()) throw_exists();
  // First the name, then the label, everywhere: so of several that want the same, somebody always gets both.
  auto name_lease = co_await claim_name(wish.database);
  if (!name_lease) throw_exists();

  std::unique_ptr<Lease> label_lease;
  std::optional<InitialisedTenant> made;
  std::exception_ptr failure;
  try {
    label_lease = co_await parts_.leases.acquire("label:" + wish.label);
    if (label_lease) made = co_await initialise_alone(wish, *name_lease);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await release_quietly(std::move(label_lease));
  co_await release_quietly(std::move(name_lease));
  if (failure) std::rethrow_exception(failure);
  if (!made) throw_exists();
  co_return *std::move(made);
}

/// Null when somebody else is making a tenant of that name.
awaitable<std::unique_ptr<Lease>> Lifecycle::claim_name(DatabaseName name) {
  const auto deadline = std::chrono::steady_clock::now() + kWaitForSweep;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  while (true) {
    auto lease = co_await parts_.leases.acquire(name_lease_key(name));
    if (lease) co_return lease;
    // Where a tenant of that name was deleted a while ago, it may be the removal of its late uploads, which
    // is soon done.
    const bool expects_uploads = co_await parts_.late_uploads.has(name);
    if (!expects_uploads) break;
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(ErrorCode::overloaded,
                  "The files of a deleted tenant of that name are being removed. Try again later.");
    }
    timer.expires_after(kLookAgain);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
  // Once more: the removal forgets the name after it has given the lease back.
  auto lease = co_await parts_.leases.acquire(name_lease_key(name));
  co_return lease;
}

awaitable<std::optional<InitialisedTenant>> Lifecycle::initialise_alone(
    NewTenant wish, Lease& name_lease) {  // NOLINT(*-reference-coroutine-parameters): awaited at once
  const bool taken = co_await parts_.registry.taken(wish);
  if (taken) co_return std::nullopt;

  const ClientId id = ClientId::random();
  auto secret = crypto::Secret::random();
  std::exception_ptr failure;
  bool made = false;
  try {
    // The row first: whatever a crash leaves from here on, recover() finds it by the row.
    co_await parts_.registry.add(id, wish, crypto::SecretHash::of(secret));
    made = co_await parts_.databases.create(id, wish.database);
    if (made) {
      co_await name_lease.keep();  // recover() takes it before it gives up on a tenant
      co_await parts_.registry.advance(id, TenantState::active);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (!made || failure) co_await roll_back(id);
  if (failure) std::rethrow_exception(failure);
  if (!made) co_return std::nullopt;
  co_return InitialisedTenant{.id = id, .secret = std::move(secret), .database = wish.database};
}

awaitable<void> Lifecycle::roll_back(ClientId id) {
  try {
    // A statement without an answer may still be done: `deleting` outranks an activation that comes late, and
    // recover() drops a database that appears after its row has gone.
    co_await parts_.registry.advance(id, TenantState::deleting);
    co_await delete_alone(id);
  } catch (const std::exception& error) {
    ops::log(Level::warning, "a half-made tenant is left to the sweep",
             {{"client_id", id.text()}, {"error", error.what()}});
  }
}

awaitable<void> Lifecycle::remove(ClientId id) {
  const auto tenant = co_await parts_.registry.find(id);
  if (!tenant || tenant->state == TenantState::creating) {
    throw Error(ErrorCode::unknown_client, "Failed to connect to tenant db.");
  }
  // From here on data requests are refused, here at once and by other instances when their cache runs out.
  co_await parts_.registry.advance(id, TenantState::deleting);
  parts_.directory.forget(id);
  const bool alone = co_await delete_alone(id);
  if (!alone) co_await wait_until_gone(id);
}

/// False when another is at work on this tenant.
awaitable<bool> Lifecycle::delete_alone(ClientId id) {
  auto lease = co_await parts_.leases.acquire("tenant:" + id.text());
  if (!lease) co_return false;
  std::exception_ptr failure;
  try {
    // Read again, now that nobody else changes it: it may be gone.
    auto tenant = co_await parts_.registry.find(id);
    if (tenant) co_await delete_steps(*std::move(tenant), *lease);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await release_quietly(std::move(lease));
  if (failure) std::rethrow_exception(failure);
  co_return true;
}

// Files, database, row: the row goes last, because it is what recover() finds a half-deleted tenant by, and
// because it keeps the name from being given to another while anything is left. The note about late uploads
// comes before: a crash between the two makes it twice, which is harmless; the other way round, nobody would
// look for them.
awaitable<void> Lifecycle::delete_steps(
    Tenant tenant, Lease& lease) {  // NOLINT(*-reference-coroutine-parameters): awaited at once
  std::string refusal;
  try {
    co_await parts_.files.remove_all(tenant.database, [&lease] { return lease.keep(); });
  } catch (const files::FileStoreError& error) {
    refusal = error.what();
  }
  if (!refusal.empty()) {
    throw Error(ErrorCode::files_not_deleted, fmt::format("Tenant:{} files not deleted.", tenant.label),
                refusal);
  }
  co_await lease.keep();
  co_await parts_.databases.drop(tenant.id, tenant.database);
  co_await parts_.late_uploads.expect(tenant.database);
  co_await lease.keep();
  co_await parts_.registry.remove(tenant.id);
  parts_.directory.forget(tenant.id);
}

awaitable<void> Lifecycle::wait_until_gone(ClientId id) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  const auto deadline = std::chrono::steady_clock::now() + kWaitForOther;
  while (std::chrono::steady_clock::now() < deadline) {
    timer.expires_after(kLookAgain);
    co_await timer.async_wait(boost::asio::use_awaitable);
    // The other one may have failed: then it is our turn.
    const bool done = co_await delete_alone(id);
    if (done) co_return;
  }
  throw Error(ErrorCode::overloaded, "This tenant is being deleted. Try again later.");
}

awaitable<void> Lifecycle::recover(std::chrono::milliseconds abandoned_after) {
  const auto unfinished = co_await parts_.registry.unfinished(abandoned_after);
  for (const Tenant& tenant : unfinished) co_await recover_one(tenant);
  co_await drop_orphans();
  co_await parts_.leases.clean_up();
}

awaitable<void> Lifecycle::recover_one(Tenant tenant) {
  try {
    if (tenant.state == TenantState::creating) {
      const bool abandoned = co_await abandon(tenant);
      if (!abandoned) co_return;
    }
    const bool done = co_await delete_alone(tenant.id);
    if (!done) co_return;
    ops::log(Level::info, "a half-done tenant is gone",
             {{"client_id", tenant.id.text()}, {"was", name_of(tenant.state)}});
  } catch (const std::exception& error) {
    ops::log(Level::warning, "a half-done tenant is still there",
             {{"client_id", tenant.id.text()}, {"state", name_of(tenant.state)}, {"error", error.what()}});
  }
}

/// Turns a half-made tenant to `deleting`; false when somebody is at work on it or has made it meanwhile.
awaitable<bool> Lifecycle::abandon(Tenant tenant) {
  auto lease = co_await parts_.leases.acquire(name_lease_key(tenant.database));
  if (!lease) co_return false;
  bool abandoned = false;
  std::exception_ptr failure;
  try {
    const auto found = co_await parts_.registry.find(tenant.id);
    abandoned = found && found->state != TenantState::active;
    if (abandoned) co_await parts_.registry.advance(tenant.id, TenantState::deleting);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await release_quietly(std::move(lease));
  if (failure) std::rethrow_exception(failure);
  co_return abandoned;
}

/// A database is made after its row and dropped before it. One without a row came late, from a statement
/// whose answer was lost.
awaitable<void> Lifecycle::drop_orphans() {
  const auto databases = co_await parts_.databases.list();
  for (const OwnedDatabase& database : databases) {
    const auto tenant = co_await parts_.registry.find(database.owner);
    if (tenant) continue;
    ops::log(Level::warning, "a database without a tenant is dropped", {{"database", database.name.text()}});
    co_await parts_.databases.drop(database.owner, database.name);
  }
}

}  // namespace annals::tenants
