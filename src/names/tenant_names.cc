#include "names/tenant_names.h"

#include <algorithm>
#include <set>
#include <utility>

#include "ops/log.h"
#include "tenants/errors.h"

namespace annals::names {
namespace {

using boost::asio::awaitable;

/// How many tenants the registry is asked for at a time.
constexpr std::size_t kAtOnce = 1000;

}  // namespace

awaitable<std::string> TenantNames::document(ClientId tenant) {
  const bool active = co_await is_active(tenant);
  if (!active) throw tenants::tenant_not_found();
  auto document = co_await parts_.names.document(tenant);
  co_return document;
}

awaitable<std::string> TenantNames::change(ClientId tenant, boost::json::object patch) {
  const bool active = co_await is_active(tenant);
  if (!active) throw tenants::tenant_not_found();
  auto document = co_await parts_.names.change(tenant, std::move(patch));
  // A deletion may have gone by meanwhile.
  const bool still_active = co_await is_active(tenant);
  if (still_active) co_return document;
  co_await forget_if_gone(tenant);
  throw tenants::tenant_not_found();
}

awaitable<bool> TenantNames::is_active(ClientId tenant) {
  const auto found = co_await parts_.registry.find(tenant);
  co_return found && found->state == tenants::TenantState::active;
}

awaitable<void> TenantNames::clean_up(std::stop_token stop) {
  const auto owners = co_await parts_.names.owners();
  for (std::size_t begin = 0; begin < owners.size() && !stop.stop_requested(); begin += kAtOnce) {
    const std::size_t end = std::min(begin + kAtOnce, owners.size());
    std::set<ClientId> unknown(owners.begin() + static_cast<std::ptrdiff_t>(begin),
                               owners.begin() + static_cast<std::ptrdiff_t>(end));
    const auto known = co_await parts_.registry.list({.ids = unknown}, kAtOnce, 0);
    for (const tenants::Tenant& tenant : known.tenants) unknown.erase(tenant.id);
    for (const ClientId& id : unknown) co_await forget_if_gone(id);
  }
  co_await parts_.names.purge();
}

awaitable<void> TenantNames::forget_if_gone(ClientId tenant) {
  const bool done =
      co_await parts_.gone.forget(tenant, [this](ClientId id) { return parts_.names.forget(id); });
  if (!done) co_return;
  ops::log(ops::Level::info, "names of ids were removed, because their tenant is gone",
           {{"client_id", tenant.text()}});
}

}  // namespace annals::names
