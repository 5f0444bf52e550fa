#include "tenants/reconciliation.h"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/rows.h"
#include "ops/log.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;
using engine::Statement;
using ops::Level;

// The rows are read first: of a tenant that is made meanwhile the row may be missing here, so it is asked for
// again.
constexpr std::string_view kStrays = R"(
SELECT name, substring(comment, length({mark:String}) + 1) FROM system.databases
WHERE startsWith(comment, {mark:String})
  AND (startsWith(name, {aside:String})
       OR comment NOT IN (SELECT concat({mark:String}, toString(client_id)) FROM default.annals_tenants))
FORMAT JSONCompactEachRow)";

constexpr std::string_view kMissing = R"(
SELECT database_name, toString(client_id) FROM default.annals_tenants FINAL
WHERE state = 2 AND (database_name, concat({mark:String}, toString(client_id))) NOT IN
  (SELECT name, comment FROM system.databases)
FORMAT JSONCompactEachRow)";

std::vector<Owner> parse_owners(std::string_view text) {
  std::vector<Owner> owners;
  engine::for_each_line(text, [&](std::string_view line) {
    const boost::json::array row = boost::json::parse(line).as_array();
    const auto name = DatabaseName::parse(row.at(0).as_string());
    const auto id = ClientId::parse(row.at(1).as_string());
    if (name && id) owners.push_back({.id = *id, .database = *name});
  });
  return owners;
}

}  // namespace

awaitable<void> Reconciliation::run() {
  co_await parts_.registry.bootstrap();
  const auto found = co_await ask(std::string(kStrays));
  std::vector<Owner> harmless;
  for (const Owner& stray : found) {
    const bool has_events = co_await holds_unknown_events(stray);
    if (!has_events) harmless.push_back(stray);
  }
  registry_is_lost_ = harmless.size() < found.size() && (registry_is_lost_ || co_await registry_is_empty());
  for (const Owner& stray : harmless) {
    // While the registry is lost nothing unknown is removed, and there may be thousands of them.
    if (!registry_is_lost_ || stray.database.is_aside()) co_await try_to_settle(stray);
  }
  co_await log_missing();
}

awaitable<std::vector<Owner>> Reconciliation::ask(std::string sql) {
  Statement statement{.sql = std::move(sql),
                      .parameters = {{"mark", std::string(Databases::kMarkPrefix)},
                                     {"aside", std::string(DatabaseName::kAsidePrefix)}}};
  const auto text = co_await parts_.engine.query(std::move(statement));
  co_return parse_owners(text);
}

awaitable<bool> Reconciliation::holds_unknown_events(Owner stray) {
  const auto tenant = co_await parts_.registry.find(stray.id);
  if (tenant) co_return false;
  // A deletion removes the waiting events before the row, so these are of a tenant that was not deleted.
  const bool has_waiting = parts_.has_waiting_events && parts_.has_waiting_events(stray.id);
  const bool empty = co_await parts_.databases.is_empty(stray.database);
  if (empty && !has_waiting) co_return false;
  ops::log(Level::error, "a database holds events of a tenant that the registry does not know",
           {{"database", stray.database.text()}, {"client_id", stray.id.text()}});
  co_return true;
}

awaitable<bool> Reconciliation::registry_is_empty() {
  const auto known = co_await parts_.registry.list({}, 1, 0);
  co_return known.total_count == 0;
}

/// One that cannot be settled keeps nobody from the others.
awaitable<void> Reconciliation::try_to_settle(Owner stray) {
  try {
    co_await settle(stray);
  } catch (const std::exception& error) {
    ops::log_damped(
        Level::warning, "a database could not be settled",
        {{"database", stray.database.text()}, {"client_id", stray.id.text()}, {"error", error.what()}},
        error.what());
  }
}

awaitable<void> Reconciliation::settle(Owner stray) {
  co_await leases::with_lease(parts_.leases, leases::name_key(stray.database),
                              [this, &stray](leases::Lease& /*lease*/) { return settle_alone(stray); });
}

awaitable<void> Reconciliation::settle_alone(Owner stray) {
  const auto tenant = co_await parts_.registry.find(stray.id);
  if (!tenant && !registry_is_lost_) {
    const bool removed = co_await parts_.databases.remove_if_empty(stray);
    if (removed) {
      ops::log(Level::warning, "an empty database without a tenant was dropped",
               {{"database", stray.database.text()}, {"client_id", stray.id.text()}});
    }
    co_return;
  }
  if (tenant && stray.database.is_aside() && tenant->state == TenantState::active) {
    co_await parts_.databases.bring_back(stray.database, {.id = stray.id, .database = tenant->database});
  }
}

awaitable<void> Reconciliation::log_missing() {
  const auto missing = co_await ask(std::string(kMissing));
  for (const Owner& owner : missing) {
    ops::log_damped(Level::error, "an active tenant has no database",
                    {{"client_id", owner.id.text()}, {"database", owner.database.text()}});
  }
}

}  // namespace annals::tenants
