#include "tenants/lifecycle.h"

#include "io/pause.h"
#include "leases/errors.h"
#include "leases/keeping.h"
#include "ops/log.h"
#include "tenants/errors.h"

// NOLINTBEGIN(*-reference-coroutine-parameters): the private coroutines are awaited at once

namespace annals::tenants {
namespace {

using boost::asio::awaitable;
using leases::Lease;
using ops::Level;

/// Returns whether a statement that failed so is not done, and will not be.
bool had_no_effect(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const engine::EngineError& error) {
    return error.kind() != engine::EngineError::Kind::unknown;
  } catch (const Error& error) {
    return error.code() == ErrorCode::overloaded;  // it was not sent
  } catch (...) {
    return false;
  }
}

}  // namespace

awaitable<void> Lifecycle::Claims::keep() {
  if (id != nullptr) co_await id->keep();
  co_await name.keep();
  co_await label.keep();
}

awaitable<InitialisedTenant> Lifecycle::initialise(NewTenant request) {
  auto secret = crypto::Secret::random();
  const InitialisedTenant made{.id = ClientId::random(), .secret = secret, .database = request.database};
  co_await make({.tenant = {.id = made.id,
                            .request = std::move(request),
                            .secret_hash = crypto::SecretHash::of(secret),
                            .created_at = {}}});
  co_return made;
}

awaitable<void> Lifecycle::restore(KeptTenant kept, Fill fill) {
  const ClientId id = kept.id;
  const Timestamp created_at = kept.created_at;
  Making making{.tenant = std::move(kept), .created_at = created_at, .fill = std::move(fill)};
  // Ids that are made are never the same, but a backup may be restored twice at a time.
  auto lease = co_await claim_id(leases::restore_key(id), id);
  if (!lease) throw tenant_exists("the client_id is taken");
  const bool made = co_await leases::under(std::move(lease), [&](Lease& id_lease) {
    making.id_lease = &id_lease;
    return restore_alone(std::move(making));
  });
  if (!made) throw tenant_exists("the client_id is taken");
}

/// Waits for whoever is at work on a tenant of that id, such as a sweep that ends its deletion. Returns null
/// if there is a tenant of that id, or somebody is making it. Keeps the lease that is `held` meanwhile.
awaitable<std::unique_ptr<Lease>> Lifecycle::claim_id(std::string key, ClientId id, Lease* held) {
  const auto deadline = std::chrono::steady_clock::now() + parts_.wait_for_other;
  while (true) {
    auto lease = co_await parts_.leases.acquire(key);
    if (lease) co_return lease;
    if (held != nullptr) co_await held->keep();
    const auto found = co_await parts_.registry.find(id);
    if (found && found->state != TenantState::deleting) co_return nullptr;
    if (std::chrono::steady_clock::now() > deadline) throw being_worked_on();
    co_await io::pause(parts_.poll_interval);
  }
}

/// Returns false if there is a tenant of that id.
awaitable<bool> Lifecycle::restore_alone(Making making) {
  // Not while somebody deletes it: a deletion that finds a row after it has removed its own takes the new one
  // for the old.
  const ClientId id = making.tenant.id;
  auto lease = co_await claim_id(leases::tenant_key(id), id, making.id_lease);
  if (!lease) co_return false;
  const bool is_free =
      co_await leases::under(std::move(lease), [this, id](Lease& /*lease*/) { return is_unknown(id); });
  if (!is_free) co_return false;
  // Before there is a row, nothing but this lease keeps another restoration away.
  co_await making.id_lease->keep();
  co_await make(std::move(making));
  co_return true;
}

/// Throws Error(tenant_exists) if there are events of a tenant that the registry has lost. They must be left
/// alone before there is a row: whatever fails with it removes what is the tenant's.
awaitable<bool> Lifecycle::is_unknown(ClientId id) {
  const auto found = co_await parts_.registry.find(id);
  if (found) co_return false;
  const bool has_waiting = parts_.has_waiting_events && parts_.has_waiting_events(id);
  const bool has_events = has_waiting || co_await parts_.ownership.holds_events(id);
  if (has_events) throw unknown_events();
  co_return true;
}

awaitable<void> Lifecycle::make(Making making) {
  const DatabaseName name = making.tenant.request.database;
  if (name.is_reserved()) throw tenant_exists("the database_name is reserved");
  // The name first, the label second, everywhere: of several that want both, one always gets both.
  auto lease = co_await claim_name(name);
  if (!lease) throw tenant_exists("the database_name is taken");
  const auto refusal = co_await leases::under(
      std::move(lease), [&](Lease& name_lease) { return claim_label(std::move(making), name_lease); });
  if (refusal) throw tenant_exists(*refusal);
}

/// Returns null if somebody else is making a tenant of that name.
awaitable<std::unique_ptr<Lease>> Lifecycle::claim_name(DatabaseName name) {
  const auto deadline = std::chrono::steady_clock::now() + parts_.wait_for_clean_up;
  while (true) {
    auto lease = co_await parts_.leases.acquire(leases::name_key(name));
    if (lease) co_return lease;
    const bool cleaning_up = co_await is_cleaning_up(name);
    if (!cleaning_up) break;
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(ErrorCode::overloaded,
                  "The files of a deleted tenant of that name are being removed. Try again later.");
    }
    co_await io::pause(parts_.poll_interval);
  }
  // Once more: a clean-up may have given the lease back between the two questions.
  auto lease = co_await parts_.leases.acquire(leases::name_key(name));
  co_return lease;
}

awaitable<bool> Lifecycle::is_cleaning_up(DatabaseName name) {
  for (Belonging& belonging : parts_.belongings) {
    const bool busy = co_await belonging.is_cleaning_up(name);
    if (busy) co_return true;
  }
  co_return false;
}

awaitable<Lifecycle::Refusal> Lifecycle::claim_label(Making making, Lease& name_lease) {
  const std::string key = leases::label_key(making.tenant.request.label);
  auto refusal = co_await leases::with_lease(parts_.leases, key, [&](Lease& label_lease) {
    return create(making, {.name = name_lease, .label = label_lease, .id = making.id_lease});
  });
  co_return refusal.value_or("the client_label is being taken");
}

awaitable<Lifecycle::Refusal> Lifecycle::create(Making making, Claims claims) {
  const auto taken = co_await parts_.registry.taken(making.tenant.request);
  if (taken.database && taken.label) co_return "the database_name and the client_label are taken";
  if (taken.database) co_return "the database_name is taken";
  if (taken.label) co_return "the client_label is taken";
  const ClientId id = making.tenant.id;
  Row row = Row::removed;
  auto outcome = co_await io::settled(create_steps(std::move(making), claims, row));
  if (!outcome || *outcome) co_await roll_back(id, row);
  co_return io::result_of(std::move(outcome));
}

/// Sets `row` to what becomes of the tenant's row if this fails.
awaitable<Lifecycle::Refusal> Lifecycle::create_steps(Making making, Claims claims, Row& row) {
  const KeptTenant& tenant = making.tenant;
  const NewTenant& request = tenant.request;
  co_await claims.keep();
  // The row comes first: recover() finds by it whatever a crash leaves from here on.
  co_await parts_.registry.add(tenant.id, request, tenant.secret_hash, making.created_at);
  for (Belonging& belonging : parts_.belongings) {
    const bool made =
        co_await belonging.make({.id = tenant.id, .database = request.database, .label = request.label});
    if (!made) co_return "the database_name is taken by something that is no tenant's";
  }
  const bool is_restored = making.created_at.has_value();
  if (is_restored) co_await parts_.registry.restore_settings(tenant.id, tenant.settings);
  if (making.fill) {
    const Fence keep = [claims]() mutable { return claims.keep(); };
    co_await leases::keeping(making.fill(keep), keep);
  }
  co_await activate(tenant.id, request.database, claims, row);
  co_return std::nullopt;
}

awaitable<void> Lifecycle::activate(ClientId id, DatabaseName database, Claims claims, Row& row) {
  co_await claims.keep();
  const auto asked = parts_.directory.expect(id, database);
  row = Row::kept;
  auto advanced = co_await io::settled(parts_.registry.advance(id, TenantState::active));
  if (advanced || had_no_effect(advanced.error())) row = Row::removed;
  io::result_of(std::move(advanced));
  // The statement says nothing if the row has gone meanwhile, so the row is asked. recover() gives up on a
  // tenant under the lease on its name only, and nobody else gets the label under that on the label; as both
  // still hold after the answer, the tenant stays active and the only one.
  auto found = co_await parts_.registry.find(id);
  const auto tenant = parts_.directory.learn(std::move(found), asked);
  if (!tenant) throw leases::taken_over("the tenant was given up before it was active");
  co_await claims.keep();
}

awaitable<void> Lifecycle::roll_back(ClientId id, Row row) {
  try {
    // A statement without an answer may still be done: recover() removes a database that appears after its
    // row has gone. An activation without an answer may have read the row already, and would bring it back,
    // active, after its removal; so the row stays, and outranks it, until that cannot come any more.
    if (row == Row::kept) {
      co_await parts_.registry.give_up(id);
    } else {
      co_await parts_.registry.advance(id, TenantState::deleting);
    }
    co_await delete_alone(id, row);
  } catch (const std::exception& error) {
    ops::log(Level::warning, "a half-made tenant is left to the sweep",
             {{"client_id", id.text()}, {"error", error.what()}});
  }
}

awaitable<void> Lifecycle::remove(ClientId id) {
  const auto tenant = co_await parts_.registry.find(id);
  if (!tenant || tenant->state == TenantState::creating) throw unknown_client();
  // From here on data requests are refused, here at once and by other instances when their cache expires.
  co_await parts_.registry.advance(id, TenantState::deleting);
  parts_.directory.forget(id);
  const bool alone = co_await delete_alone(id);
  if (!alone) co_await wait_until_gone(id);
}

/// Returns false if another is at work on this tenant.
awaitable<bool> Lifecycle::delete_alone(ClientId id, Row row) {
  const bool done =
      co_await leases::with_lease(parts_.leases, leases::tenant_key(id),
                                  [this, id, row](Lease& lease) { return delete_steps(id, lease, row); });
  co_return done;
}

// The row goes last, because recover() finds a half-deleted tenant by it, and because it keeps the name from
// being given to another while anything is left.
awaitable<void> Lifecycle::delete_steps(ClientId id, Lease& lease, Row row) {
  // Read again, now that nobody else deletes it: it may be gone, and restored since under the same id.
  const auto tenant = co_await parts_.registry.find(id);
  if (!tenant || tenant->state != TenantState::deleting) co_return;
  const Owner owner{.id = id, .database = tenant->database, .label = tenant->label};
  for (Belonging& belonging : parts_.belongings) co_await remove_belonging(belonging, owner, lease);
  co_await lease.keep();
  if (tenant->settings_version > 0) {
    co_await parts_.registry.forget_settings({.id = id.uuid(), .number = tenant->settings_version});
  }
  if (row == Row::removed) co_await remove_row(id);
  parts_.directory.forget(id);
}

/// Removes the row for good: a change of state that has read it before may come after its removal and bring
/// it back.
awaitable<void> Lifecycle::remove_row(ClientId id) {
  co_await parts_.registry.remove(id);
  const auto back = co_await parts_.registry.find(id);
  if (!back) co_return;
  // If this fails, recovery takes the tenant up in this state.
  co_await parts_.registry.advance(id, TenantState::deleting);
  throw being_deleted("the row of a deleted tenant came back");
}

awaitable<void> Lifecycle::remove_belonging(Belonging& belonging, Owner owner, Lease& lease) {
  co_await lease.keep();
  if (belonging.carries_owner()) {
    co_await belonging.remove(owner, [&lease] { return lease.keep(); });
    co_return;
  }
  // A tenant that lost its name before it had the database has nothing here, but another may have.
  const bool owned = co_await parts_.ownership.is_owned(owner);
  if (!owned) co_return;
  co_await belonging.remove(owner, [this, &lease, &owner] { return check_owner(owner, lease); });
}

awaitable<void> Lifecycle::check_owner(Owner owner, Lease& lease) {
  co_await lease.keep();
  const bool owned = co_await parts_.ownership.is_owned(std::move(owner));
  if (!owned) throw leases::taken_over("the database is not this tenant's any more");
}

awaitable<void> Lifecycle::wait_until_gone(ClientId id) {
  const auto deadline = std::chrono::steady_clock::now() + parts_.wait_for_other;
  while (std::chrono::steady_clock::now() < deadline) {
    co_await io::pause(parts_.poll_interval);
    // The other one may have failed: then it is our turn.
    const bool done = co_await delete_alone(id);
    if (done) co_return;
  }
  throw being_deleted();
}

awaitable<void> Lifecycle::recover(std::chrono::milliseconds abandoned_after) {
  const auto unfinished = co_await parts_.registry.unfinished(abandoned_after);
  note(unfinished);
  for (const Tenant& tenant : unfinished) co_await recover_one(tenant);
  co_await parts_.leases.clean_up();
}

void Lifecycle::note(const std::vector<Tenant>& unfinished) {
  Unfinished counted;
  for (const Tenant& tenant : unfinished) {
    ++(tenant.state == TenantState::creating ? counted.creating : counted.deleting);
  }
  const std::scoped_lock lock(mutex_);
  unfinished_ = counted;
}

std::optional<Lifecycle::Unfinished> Lifecycle::unfinished() const {
  const std::scoped_lock lock(mutex_);
  return unfinished_;
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
    ops::log_damped(
        Level::warning, "a half-done tenant is still there",
        {{"client_id", tenant.id.text()}, {"state", name_of(tenant.state)}, {"error", error.what()}});
  }
}

/// Returns false if somebody is at work on the tenant or has made it meanwhile.
awaitable<bool> Lifecycle::abandon(Tenant tenant) {
  const auto abandoned =
      co_await leases::with_lease(parts_.leases, leases::name_key(tenant.database),
                                  [this, id = tenant.id, name = tenant.database](Lease& /*lease*/) {
                                    return turn_to_deleting(id, name);
                                  });
  co_return abandoned.value_or(false);
}

awaitable<bool> Lifecycle::turn_to_deleting(ClientId id, DatabaseName leased) {
  const auto found = co_await parts_.registry.find(id);
  // A tenant that was restored meanwhile under another name is being made under the lease on that one.
  const bool abandoned = found && found->state != TenantState::active && found->database == leased;
  if (abandoned) co_await parts_.registry.advance(id, TenantState::deleting);
  co_return abandoned;
}

}  // namespace annals::tenants

// NOLINTEND(*-reference-coroutine-parameters)
