#include "retention/retention.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/rows.h"
#include "io/settled.h"
#include "leases/keeping.h"
#include "ops/log.h"
#include "text/time.h"

namespace annals::retention {
namespace {

using boost::asio::awaitable;
using events::EventsTable;
using tenants::Tenant;

constexpr std::uint64_t kPage = 1000;

/// How long the removal of one tenant's events may take. A removal without an answer is not known to have
/// come to its end, and is begun once more in the next round, beside the first.
constexpr std::chrono::minutes kLongestRemoval{10};

std::string retention_key(const ClientId& id) {
  return "retention:" + id.text();
}

bool is_active(const Tenant& tenant) {
  return tenant.state == tenants::TenantState::active;
}

std::string in_milliseconds(Timestamp time) {
  return fmt::format("{}", time.time_since_epoch().count());
}

/// Returns the time of the oldest event from `from` on.
awaitable<std::optional<Timestamp>> oldest_event(EventsTable table, Timestamp from) {
  const auto text = co_await table.engine.query(table.statement(
      fmt::format("SELECT toUnixTimestamp64Milli(min(event_time)) FROM {} WHERE event_time >= "
                  "fromUnixTimestamp64Milli({{from:Int64}}, 'UTC') HAVING count() > 0 FORMAT TabSeparated",
                  table.quoted()),
      {{"from", in_milliseconds(from)}}));
  if (text.empty()) co_return std::nullopt;
  co_return Timestamp(std::chrono::milliseconds(std::stoll(text)));
}

void log_failure(const ClientId& id, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const engine::EngineError& failure) {
    const std::string_view what =
        failure.is_forbidden() ? "retention lacks a right: GRANT ALTER DELETE ON *.* to the ClickHouse user"
                               : "events past their retention cannot be removed now";
    ops::log_damped(ops::Level::warning, what, {{"client_id", id.text()}, {"error", failure.what()}}, what);
  } catch (const std::exception& failure) {
    constexpr std::string_view kWhat = "retention cannot be enforced now";
    ops::log_damped(ops::Level::warning, kWhat, {{"client_id", id.text()}, {"error", failure.what()}}, kWhat);
  }
}

}  // namespace

EventsTable Retention::table_of(const Tenant& tenant) const {
  return {.engine = parts_.engine, .database = tenant.database, .owner = tenant.id};
}

awaitable<void> Retention::settle(EventsTable table) {
  if (parts_.settle) co_await parts_.settle(std::move(table));
}

bool Retention::is_due(const Tenant& tenant) const {
  if (tenant.retention_days == 0) return false;
  const auto& last = tenant.retention.last_run;
  return !last || last->days != tenant.retention_days || text::now() - last->at >= parts_.interval;
}

awaitable<void> Retention::run(std::stop_token stop) {
  for (std::uint64_t offset = 0;; offset += kPage) {
    const auto page = co_await parts_.registry.list({.state = tenants::TenantState::active}, kPage, offset);
    for (const Tenant& tenant : page.tenants) {
      if (stop.stop_requested()) co_return;
      if (is_due(tenant)) co_await run_one(tenant.id, &Retention::enforce);
    }
    if (page.tenants.size() < kPage) break;
  }
  co_await finish_files(std::move(stop));
}

awaitable<void> Retention::run_one(ClientId id, Step step) {
  auto done = leases::with_lease(parts_.leases, retention_key(id),
                                 [this, id, step](leases::Lease& lease) { return (this->*step)(id, lease); });
  const auto outcome = co_await io::settled(std::move(done));
  if (!outcome) log_failure(id, outcome.error());
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Retention::enforce(ClientId id, leases::Lease& lease) {
  // Another instance may have done it meanwhile.
  const auto tenant = co_await parts_.registry.find(id);
  if (!tenant || !is_active(*tenant) || !is_due(*tenant)) co_return;
  const Timestamp before = tenant->kept_from(text::now()).value_or(Timestamp::min());
  tenants::RetentionRun run{.days = tenant->retention_days};
  run.rows_removed = co_await remove_rows(table_of(*tenant), before, lease);
  run.files_removed = co_await remove_files(*tenant, lease);
  run.oldest_event = co_await oldest_event(table_of(*tenant), before);
  run.at = text::now();
  if (run.rows_removed + run.files_removed > 0) {
    ops::log(ops::Level::info, "events past their retention were removed",
             {{"client_id", id.text()}, {"rows", run.rows_removed}, {"files", run.files_removed}});
  }
  co_await parts_.administration.add_retention_run(id, run);
}

awaitable<std::uint64_t> Retention::remove_before(EventsTable table, Timestamp before) {
  const auto removed = co_await leases::with_lease(
      parts_.leases, retention_key(table.owner),
      [this, table, before](leases::Lease& lease) { return remove_rows(table, before, lease); });
  co_return removed.value_or(0);
}

/// Notes the files of what has expired, and then removes the rows.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<std::uint64_t> Retention::remove_rows(EventsTable table, Timestamp before, leases::Lease& lease) {
  co_await settle(table);
  const Expired expired{.before = before, .last_arrival = co_await events::last_arrival(table)};
  const auto text = co_await parts_.engine.query(
      table.statement(fmt::format("SELECT count(), count(file_id) FROM {} WHERE {} SETTINGS max_threads = 1",
                                  table.quoted(), Expired::condition()),
                      expired.parameters()));
  const auto numbers = engine::numbers_in(text, 2);
  const std::uint64_t rows = numbers.at(0);
  if (rows == 0) co_return 0;
  co_await lease.keep();
  if (numbers.at(1) > 0) co_await parts_.expired_files.note(table, expired);
  if (parts_.give_up) co_await parts_.give_up(table, expired.last_arrival);
  co_await lease.keep();
  // A late copy finds what it was meant for, or nothing: whatever arrives later has a higher number.
  auto removal = table.statement(fmt::format("ALTER TABLE {} DELETE WHERE {} SETTINGS mutations_sync = 2",
                                             table.quoted(), Expired::condition()),
                                 expired.parameters());
  removal.time_limit = kLongestRemoval;
  co_await leases::keeping(parts_.engine.execute(std::move(removal)), [&lease] { return lease.keep(); });
  parts_.changes.note(table.owner);
  co_return rows;
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<std::uint64_t> Retention::remove_files(Tenant tenant, leases::Lease& lease) {
  std::uint64_t removed = 0;
  while (true) {
    auto files = co_await parts_.expired_files.some_of(tenant.id);
    if (files.empty()) co_return removed;
    co_await lease.keep();
    // While this lease is held, nobody else gets the name, under which an heir could have such files.
    const auto some = co_await leases::with_lease(
        parts_.leases, leases::name_key(tenant.database),
        [&](leases::Lease& name_lease) { return remove_some(tenant, std::move(files), name_lease); });
    if (!some) throw Error(ErrorCode::overloaded, "Somebody is at work on the name of the database.");
    removed += *some;
  }
}

// NOLINTBEGIN(*-reference-coroutine-parameters): awaited at once
awaitable<std::uint64_t> Retention::remove_some(Tenant tenant, std::vector<FileId> files,
                                                leases::Lease& name_lease) {
  // NOLINTEND(*-reference-coroutine-parameters)
  const auto current = co_await parts_.registry.find(tenant.id);
  if (!current || !is_active(*current))
    throw Error(ErrorCode::unknown_client, "The tenant is being deleted.");
  auto unnamed = co_await not_named(table_of(tenant), files);
  const auto removed = co_await parts_.files.remove_files(tenant.database, std::move(unnamed),
                                                          [&name_lease] { return name_lease.keep(); });
  // Those that an event names are noted again when that one expires.
  co_await parts_.expired_files.forget(tenant.id, std::move(files));
  co_return removed.objects;
}

/// Returns those of the files that no event names.
awaitable<std::vector<FileId>> Retention::not_named(EventsTable table, std::vector<FileId> files) {
  co_await settle(table);
  const auto text = co_await parts_.engine.query(
      table.statement(fmt::format("SELECT DISTINCT assumeNotNull(file_id) FROM {} WHERE file_id IN "
                                  "{{files:Array(UUID)}} FORMAT TabSeparated",
                                  table.quoted()),
                      {{"files", engine::uuid_array(files)}}));
  engine::for_each_line(text, [&](std::string_view line) {
    const auto named = FileId::parse(line);
    std::erase_if(files, [&](const FileId& file) { return named == file; });
  });
  co_return files;
}

/// Removes what a crash has left of tenants whose turn does not come again: their retention was lifted, or
/// they are gone.
awaitable<void> Retention::finish_files(std::stop_token stop) {
  const auto owners = co_await parts_.expired_files.owners();
  for (const ClientId& owner : owners) {
    if (stop.stop_requested()) co_return;
    co_await run_one(owner, &Retention::finish_files_of);
  }
}

/// Leaves the files of a tenant whose turn comes to that run. Under the lease no such run notes files of a
/// tenant that is restored just when it was found gone.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Retention::finish_files_of(ClientId owner, leases::Lease& lease) {
  const bool gone = co_await parts_.gone.is_gone(owner);
  if (gone) {
    co_await lease.keep();
    co_await parts_.expired_files.forget_all(owner);
    co_return;
  }
  const auto tenant = co_await parts_.registry.find(owner);
  if (!tenant || !is_active(*tenant) || is_due(*tenant)) co_return;
  co_await remove_files(*tenant, lease);
}

}  // namespace annals::retention
