#include "names/tenant_names.h"

#include <algorithm>
#include <set>
#include <span>
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
  auto seen = co_await parts_.names.see(tenant);
  co_await forget_if_gone(seen);
  throw tenants::tenant_not_found();
}

awaitable<bool> TenantNames::is_active(ClientId tenant) {
  const auto found = co_await parts_.registry.find(tenant);
  co_return found && found->state == tenants::TenantState::active;
}

awaitable<void> TenantNames::clean_up(std::stop_token stop) {
  const auto all = co_await parts_.names.of_tenants();
  for (std::size_t begin = 0; begin < all.size() && !stop.stop_requested(); begin += kAtOnce) {
    const auto some = std::span(all).subspan(begin, std::min(kAtOnce, all.size() - begin));
    std::set<ClientId> unknown;
    for (const Names::Version& seen : some) unknown.insert(ClientId(seen.id));
    const auto known = co_await parts_.registry.list({.ids = unknown}, kAtOnce, 0);
    for (const tenants::Tenant& tenant : known.tenants) unknown.erase(tenant.id);
    for (const Names::Version& seen : some) {
      if (unknown.contains(ClientId(seen.id))) co_await forget_if_gone(seen);
    }
  }
  co_await parts_.names.purge();
}

awaitable<void> TenantNames::forget_if_gone(Names::Version seen) {
  const bool forgotten = co_await parts_.gone.forget_if_gone(
      seen, [&names = parts_.names](Names::Version version) { return names.forget(version); });
  if (!forgotten) co_return;
  ops::log(ops::Level::info, "names of ids were removed, because their tenant is gone",
           {{"client_id", uuid_text(seen.id)}});
}

}  // namespace annals::names
