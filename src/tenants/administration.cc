#include "tenants/administration.h"

#include <algorithm>
#include <utility>

#include "ops/log.h"
#include "tenants/errors.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;

/// How many replaced secrets may be valid beside the present one. The oldest goes first.
constexpr std::size_t kMaxPrevious = 8;

/// Makes `secret` the present one. Returns false if it is already.
bool rotate(TenantSettings& settings, const crypto::SecretHash& original, const crypto::SecretHash& secret,
            Timestamp now, Timestamp until) {
  const crypto::SecretHash present = settings.secret_hash.value_or(original);
  if (present.matches(secret)) return false;
  auto& previous = settings.previous_secrets;
  previous.insert(previous.begin(), {.hash = present, .valid_until = until});
  for (PreviousSecret& one : previous) one.valid_until = std::min(one.valid_until, until);
  std::erase_if(previous, [now](const PreviousSecret& one) { return one.valid_until <= now; });
  if (previous.size() > kMaxPrevious) previous.resize(kMaxPrevious, previous.front());
  settings.secret_hash = secret;
  return true;
}

QuotaValues changed_quotas(QuotaValues quotas, const TenantChange& change) {
  for (const auto& [quota, value] : change.quotas) quotas[quota] = value;
  return quotas;
}

}  // namespace

awaitable<Tenant> Administration::change(ClientId id, TenantChange change) {
  auto tenant = co_await find_active(id);
  if (change.label && *change.label != tenant.label) {
    std::string label = *change.label;
    co_await relabel(id, std::move(label), std::move(change));
  } else {
    // A label that the tenant has already needs no claim, unless it is being changed at the same time: the
    // present one stays then.
    change.label.reset();
    co_await store(id, std::move(change));
  }
  auto changed = co_await publish(std::move(tenant));
  co_return changed;
}

/// Gives the tenant a label under the lease on it, as initialisation does.
awaitable<void> Administration::relabel(ClientId id, std::string label, TenantChange change) {
  auto lease = co_await parts_.leases.acquire(leases::label_key(label));
  if (!lease) throw tenant_exists("the client_label is being taken");
  const bool is_taken = co_await parts_.registry.label_taken(std::move(label));
  if (is_taken) {
    co_await leases::release_quietly(std::move(lease));
    throw tenant_exists("the client_label is taken");
  }
  co_await lease->keep();
  // If this fails, the change may still be done, and the lease is not given back: it expires later than that.
  co_await store(id, std::move(change));
  co_await leases::release_quietly(std::move(lease));
}

awaitable<void> Administration::store(ClientId id, TenantChange change) {
  co_await parts_.registry.change_settings(
      id, [change = std::move(change)](TenantSettings& settings, Timestamp /*now*/) {
        const QuotaValues quotas = changed_quotas(settings.quotas, change);
        const bool has_label = !change.label || settings.label == change.label;
        const bool has_state = !change.is_suspended || settings.is_suspended == *change.is_suspended;
        const bool has_quotas = settings.quotas == quotas;
        const bool has_days = !change.retention_days || settings.retention_days == change.retention_days;
        if (change.label) settings.label = change.label;
        if (change.is_suspended) settings.is_suspended = *change.is_suspended;
        if (change.retention_days) settings.retention_days = change.retention_days;
        settings.quotas = quotas;
        return !has_label || !has_state || !has_quotas || !has_days;
      });
}

awaitable<void> Administration::add_retention_run(ClientId id, RetentionRun run) {
  auto tenant = co_await find_active(id);
  co_await parts_.registry.change_settings(
      id, [run, change = uuid_text(random_uuid())](TenantSettings& settings, Timestamp /*now*/) {
        if (settings.retention_change == change) return false;
        settings.retention_change = change;
        settings.retention.last_run = run;
        settings.retention.rows_removed += run.rows_removed;
        settings.retention.files_removed += run.files_removed;
        return true;
      });
  co_await publish(std::move(tenant));
}

awaitable<Tenant> Administration::add_usage(ClientId id, DayUsage added) {
  auto tenant = co_await find_active(id);
  co_await parts_.registry.change_settings(
      id, [added, change = uuid_text(random_uuid())](TenantSettings& settings, Timestamp /*now*/) {
        DayUsage& usage = settings.day_usage;
        if (settings.usage_change == change || usage.day > added.day) return false;
        usage = {.day = added.day, .bytes = (usage.day == added.day ? usage.bytes : 0) + added.bytes};
        settings.usage_change = change;
        return true;
      });
  auto changed = co_await publish(std::move(tenant));
  co_return changed;
}

awaitable<RotatedSecret> Administration::rotate_secret(ClientId id, std::chrono::seconds overlap) {
  auto tenant = co_await find_active(id);
  auto secret = crypto::Secret::random();
  const auto hash = crypto::SecretHash::of(secret);
  Timestamp until;
  co_await parts_.registry.change_settings(
      id, [&until, overlap, hash, original = tenant.original_secret_hash](TenantSettings& settings,
                                                                          Timestamp now) {
        if (settings.secret_hash && settings.secret_hash->matches(hash)) return false;
        until = now + overlap;
        return rotate(settings, original, hash, now, until);
      });
  co_await publish(std::move(tenant));
  co_return RotatedSecret{.secret = std::move(secret), .previous_valid_until = until};
}

awaitable<Tenant> Administration::find_active(ClientId id) {
  auto tenant = co_await parts_.registry.find(id);
  if (!tenant || tenant->state != TenantState::active) throw tenant_not_found();
  co_return *std::move(tenant);
}

/// Shows the change to this instance. A deletion may have ended since the tenant was found: what was changed
/// after that is removed.
awaitable<Tenant> Administration::publish(Tenant tenant) {
  const auto asked = parts_.directory.expect(tenant.id, tenant.database);
  auto found = co_await parts_.registry.find(tenant.id);
  const auto active = parts_.directory.learn(found, asked);
  if (active) co_return *active;
  parts_.directory.forget(tenant.id);
  auto seen = co_await parts_.registry.see_settings(tenant.id);
  co_await forget_if_gone(seen);
  throw tenant_not_found();
}

awaitable<void> Administration::clean_up(std::stop_token stop) {
  const auto unknown = co_await parts_.registry.settings_of_unknown();
  for (const auto& seen : unknown) {
    if (stop.stop_requested()) co_return;
    co_await forget_if_gone(seen);
  }
}

awaitable<void> Administration::forget_if_gone(Registry::SettingsVersion seen) {
  const bool forgotten = co_await parts_.gone.forget_if_gone(
      seen, [&registry = parts_.registry](Registry::SettingsVersion version) {
        return registry.forget_settings(version);
      });
  if (!forgotten) co_return;
  ops::log(ops::Level::info, "changes of a tenant were removed, because it is gone",
           {{"client_id", uuid_text(seen.id)}});
}

}  // namespace annals::tenants
