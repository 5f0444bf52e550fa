#include "quotas/metering.h"

#include <algorithm>
#include <string>

#include "engine/rows.h"
#include "events/events_table.h"
#include "io/settled.h"
#include "ops/log.h"

namespace annals::quotas {
namespace {

using boost::asio::awaitable;
using Clock = std::chrono::steady_clock;

/// A tenant whose files take long to count is measured less often: for a hundredth of the time at most.
constexpr int kLongestShare = 100;

void log_failure(const ClientId& id, std::string_view what, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& failure) {
    ops::log_damped(ops::Level::warning, what, {{"client_id", id.text()}, {"error", failure.what()}}, what);
  }
}

}  // namespace

awaitable<void> Metering::run(std::stop_token stop) {
  const auto now = Clock::now();
  const bool stores = now >= store_at_;
  if (stores) store_at_ = now + parts_.interval;
  const auto entries = parts_.quotas.in_use();
  for (const Quotas::Entry& entry : entries) {
    if (stop.stop_requested()) co_return;
    if (stores) co_await store(entry);
    if (entry.second->is_to_be_measured(now)) co_await measure(entry);
  }
}

awaitable<void> Metering::store_all(Clock::time_point deadline) {
  const auto entries = parts_.quotas.in_use();
  for (const Quotas::Entry& entry : entries) {
    if (Clock::now() >= deadline) co_return;
    co_await store(entry);
  }
}

awaitable<void> Metering::store(Quotas::Entry entry) {
  const auto usage = entry.second->begin_storing();
  if (!usage) co_return;
  auto stored = co_await io::settled(parts_.administration.add_usage(entry.first, *usage));
  if (stored) {
    entry.second->stored(*usage, *stored);
  } else {
    log_failure(entry.first, "what a tenant has brought in today cannot be stored", stored.error());
  }
}

awaitable<void> Metering::measure(Quotas::Entry entry) {
  const auto began = Clock::now();
  auto tenant = co_await io::settled(parts_.directory.find(entry.first.text()));
  if (tenant && !*tenant) co_return;  // it is being deleted
  auto bytes = tenant ? co_await io::settled(stored_bytes(**tenant)) : std::unexpected(tenant.error());
  const auto taken = Clock::now() - began;
  if (bytes) {
    entry.second->set_measured(*bytes, std::max<Clock::duration>(parts_.interval, kLongestShare * taken));
  } else {
    log_failure(entry.first, "what a tenant has stored cannot be measured", bytes.error());
  }
}

/// Returns the bytes that the tenant's events and files take on the disk.
awaitable<std::uint64_t> Metering::stored_bytes(tenants::Tenant tenant) {
  const events::EventsTable table{.engine = parts_.engine, .database = tenant.database, .owner = tenant.id};
  const auto text = co_await parts_.engine.query(
      table.statement("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = "
                      "{database:String} AND table = {table:String}",
                      {{"database", table.database.text()}, {"table", table.name()}}));
  const std::uint64_t of_files = co_await parts_.files.stored_bytes(tenant.database);
  co_return engine::numbers_in(text, 1).front() + of_files;
}

}  // namespace annals::quotas
