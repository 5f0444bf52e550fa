// `./dev bench tenants` measures what the creation and the deletion of a tenant cost beside the bare engine
// statements that they consist of, in the same process and on the same engine, interleaved; and what
// authentication with tenant resolution costs.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "access/authenticator.h"
#include "access/keys.h"
#include "engine/embedded/engine.h"
#include "events/events_table.h"
#include "events/tenant_tables.h"
#include "files/late_uploads.h"
#include "files/local/store.h"
#include "files/tenant_files.h"
#include "ids.h"
#include "leases/in_process_leases.h"
#include "samples.h"
#include "scratch.h"
#include "tenants/databases.h"
#include "tenants/tenancy.h"

namespace annals {
namespace {

using bench::Clock;
using bench::Milliseconds;
using bench::Samples;
using boost::asio::awaitable;

constexpr int kTenants = 200;
constexpr int kWarmUp = 10;
constexpr int kLookups = 200'000;

/// Holds all of Annals below HTTP, on an embedded engine in its own directory.
struct House {
  explicit House(const std::filesystem::path& directory)
      : engine(engine::open_embedded_engine({.directory = directory / "engine"})),
        files(directory / "files", files::FileLinks(crypto::Secret::random(), [] { return std::string(); })) {
  }

  std::unique_ptr<engine::Engine> engine;
  files::LocalFileStore files;
  leases::InProcessLeases leases;
  files::TenantFiles tenant_files{files};
  tenants::Databases databases{*engine};
  events::Changes changes{true};
  events::TenantTables tables{*engine, changes, false};
  files::LateUploads late_uploads{*engine, std::chrono::hours(1)};
  tenants::Tenancy tenancy{{.engine = *engine,
                            .leases = leases,
                            .databases = databases,
                            .belongings = {tenant_files, late_uploads, databases, tables},
                            .directory = {.max_age = std::chrono::hours(1)}}};
};

DatabaseName name(std::string_view kind, int number) {
  return bench::database_name(fmt::format("{}_{}", kind, number));
}

/// Runs the statements that initialising cannot do without, with a registry write each before and after the
/// CREATEs.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> bare_initialise(House& house, ClientId id, DatabaseName database) {
  co_await house.tenancy.registry().add(id, {.database = database, .label = database.text()},
                                        crypto::SecretHash("bare"));
  // With the mark, without which the registry activates nothing.
  co_await house.engine->execute(
      {.sql = fmt::format("CREATE DATABASE {} COMMENT '{}{}'", engine::quote(database),
                          tenants::Databases::kMarkPrefix, id.text())});
  co_await house.engine->execute(
      events::EventsTable{.engine = *house.engine, .database = database, .owner = id}.create_statement(
          false));
  co_await house.tenancy.registry().advance(id, tenants::TenantState::active);
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> bare_delete(House& house, ClientId id, DatabaseName database) {
  co_await house.tenancy.registry().advance(id, tenants::TenantState::deleting);
  co_await house.engine->execute({.sql = fmt::format("DROP DATABASE {} SYNC", engine::quote(database))});
  co_await house.tenancy.registry().remove(id);
}

awaitable<void> timed(Samples& samples, awaitable<void> work) {  // NOLINT: awaited at once
  const auto start = Clock::now();
  co_await std::move(work);
  samples.add(Clock::now() - start);
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> remember(std::vector<ClientId>& ids, tenants::Lifecycle& lifecycle, DatabaseName database) {
  const auto made = co_await lifecycle.initialise({.database = database, .label = database.text()});
  ids.push_back(made.id);
}

struct Report {
  Samples initialise, bare_initialise, remove, bare_remove;
  double lookup_us = 0;
};

awaitable<void> measure_lifecycle(House& house, Report& report) {  // NOLINT: awaited at once
  std::vector<ClientId> ours;
  std::vector<ClientId> bare;
  Samples ignored;
  for (int i = 0; i < kWarmUp + kTenants; ++i) {
    const bool counts = i >= kWarmUp;
    bare.push_back(ClientId::random());
    co_await timed(counts ? report.initialise : ignored,
                   remember(ours, house.tenancy.lifecycle(), name("ours", i)));
    co_await timed(counts ? report.bare_initialise : ignored,
                   bare_initialise(house, bare.back(), name("bare", i)));
  }
  for (int i = 0; i < kWarmUp + kTenants; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool counts = i >= kWarmUp && i < kTenants;
    co_await timed(counts ? report.remove : ignored, house.tenancy.lifecycle().remove(ours[at]));
    co_await timed(counts ? report.bare_remove : ignored, bare_delete(house, bare[at], name("bare", i)));
  }
}

awaitable<void> measure_lookup(House& house, Report& report) {  // NOLINT: awaited at once
  const auto made =
      co_await house.tenancy.lifecycle().initialise({.database = name("lookup", 0), .label = "lookup"});
  const auto key = crypto::Secret::random();
  const access::PlatformKeys keys({key, crypto::Secret::random()});
  access::Keys made_keys(*house.engine, {.is_alone = true});
  const access::ViewerTokens viewer_tokens(keys);
  const access::Authenticator authenticator({.configured = keys,
                                             .made = made_keys.ring(),
                                             .directory = house.tenancy.directory(),
                                             .engine = *house.engine,
                                             .viewer_tokens = viewer_tokens});
  int found = 0;
  const auto start = Clock::now();
  for (int i = 0; i < kLookups; ++i) {
    const auto caller = co_await authenticator.authenticate(
        access::Permission::read_history, {.api_key = key.reveal(), .client_id = made.id.text()});
    if (caller.tenant) ++found;
  }
  const auto time = Clock::now() - start;
  if (found != kLookups) throw std::runtime_error("a lookup found nothing");
  report.lookup_us = Milliseconds(time).count() * 1000.0 / kLookups;
}

void print(std::string_view what, Samples& ours, Samples& bare) {
  fmt::print(
      "{:<12} {:>8.1f}/s  p50 {:>6.2f} ms  p99 {:>6.2f} ms   bare {:>8.1f}/s  p50 {:>6.2f} ms  p99 {:>6.2f} "
      "ms   "
      "ratio of p50 {:.2f}\n",
      what, ours.per_second(), ours.percentile(0.5), ours.percentile(0.99), bare.per_second(),
      bare.percentile(0.5), bare.percentile(0.99), ours.percentile(0.5) / bare.percentile(0.5));
}

void run(boost::asio::io_context& io, awaitable<void> work) {
  auto done = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
  io.restart();
  io.run();
  done.get();
}

}  // namespace
}  // namespace annals

int main() {
  using namespace annals;
  const annals::bench::Scratch scratch;
  {
    House house(scratch.path());
    boost::asio::io_context io(1);
    Report report;
    run(io, house.files.check());
    run(io, measure_lifecycle(house, report));
    run(io, measure_lookup(house, report));
    print("initialise", report.initialise, report.bare_initialise);
    print("delete", report.remove, report.bare_remove);
    fmt::print("authentication and tenant resolution: {:.2f} µs (aim: 20)\n", report.lookup_us);
  }
  return 0;
}
