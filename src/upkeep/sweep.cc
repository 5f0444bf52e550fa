#include "upkeep/sweep.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "ops/log.h"
#include "text/time.h"

namespace annals::upkeep {

namespace {

// NOLINTNEXTLINE(*-reference-coroutine-parameters): both outlive the round
boost::asio::awaitable<void> recover(tenants::Lifecycle& lifecycle, tenants::Reconciliation& reconciliation,
                                     std::chrono::milliseconds abandoned_after) {
  co_await lifecycle.recover(abandoned_after);
  co_await reconciliation.run();
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): they outlive the round
boost::asio::awaitable<void> upgrade(events::TableUpgrade& tables, std::stop_token stop) {
  const auto outdated = co_await tables.outdated();
  for (const auto& one : outdated) {
    if (stop.stop_requested()) co_return;
    co_await tables.upgrade(one);
    ops::log(ops::Level::info, "an events table was upgraded",
             {{"database", one.table.database.text()}, {"client_id", one.table.owner.text()}});
  }
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): they outlive the round
boost::asio::awaitable<void> report(events::BrokenParts& parts) {
  const auto tables = co_await parts.find_new();
  for (const auto& table : tables) {
    ops::log(ops::Level::error, "parts of a table are broken and were set aside; their events are not shown",
             {{"database", table.database}, {"table", table.table}, {"parts", table.parts}});
  }
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): they outlive the round
boost::asio::awaitable<void> index(events::UnindexedParts& parts, std::stop_token stop) {
  const auto tables = co_await parts.find();
  for (const auto& table : tables) {
    if (stop.stop_requested()) co_return;
    co_await parts.index(table);
    ops::log(ops::Level::info, "the words of a large import are being indexed",
             {{"database", table.database.text()}, {"client_id", table.owner.text()}});
  }
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): both outlive the round
boost::asio::awaitable<void> cut_streams(history::OpenStreams& streams, tenants::TenantDirectory& directory) {
  const auto owners = streams.owners();
  for (const ClientId& owner : owners) {
    if (owner == audit::trail_id()) continue;  // it is no tenant, and always there
    const auto tenant = co_await directory.find(owner.text());
    if (!tenant || tenant->is_suspended) streams.cut(owner);
  }
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): both outlive the round
boost::asio::awaitable<void> remove_old(audit::TrailTable& table, retention::Retention& retention,
                                        std::chrono::days kept) {
  co_await table.make();
  const auto removed = co_await retention.remove_before(table.for_request(), text::now() - kept);
  if (removed == 0) co_return;
  ops::log(ops::Level::info, "old records of the audit trail were removed", {{"records", removed}});
}

}  // namespace

Round recovery_round(tenants::Lifecycle& lifecycle, tenants::Reconciliation& reconciliation,
                     SweepTimes times) {
  return {.name = "recovery of half-done tenants",
          .interval = times.interval,
          .run =
              [&lifecycle, &reconciliation, times, first = true](const std::stop_token& /*stop*/) mutable {
                return recover(
                    lifecycle, reconciliation,
                    std::exchange(first, false) ? times.abandoned_at_start : times.abandoned_after);
              },
          .before_serving = true};
}

Round broken_parts_round(events::BrokenParts& parts, std::chrono::milliseconds interval) {
  return {.name = "report of broken parts",
          .interval = interval,
          .run = [&parts](const std::stop_token& /*stop*/) { return report(parts); },
          .before_serving = true};
}

Round words_round(events::UnindexedParts& parts) {
  return {.name = "index of the words of large imports",
          .interval = std::chrono::seconds(60),
          .run = [&parts](std::stop_token stop) { return index(parts, std::move(stop)); }};
}

Round tenants_round(tenants::TenantDirectory& directory, std::chrono::milliseconds interval) {
  return {.name = "list of tenants",
          .interval = interval,
          .run = [&directory](const std::stop_token& /*stop*/) { return directory.load(); },
          .before_serving = true};
}

Round key_ring_round(access::KeyRing& ring) {
  return {.name = "list of platform keys",
          // With the time of the query itself, another instance's change is seen within two seconds.
          .interval = std::chrono::seconds(1),
          .run = [&ring](const std::stop_token& /*stop*/) { return ring.refresh(); },
          .before_serving = true};
}

Round keys_round(access::Keys& keys) {
  return {.name = "last uses of platform keys",
          .interval = std::chrono::seconds(60),
          .run = [&keys](const std::stop_token& /*stop*/) { return keys.tidy(); }};
}

Round sync_round(engine::Engine& engine) {
  return {.name = "sync of merged parts",
          .interval = std::chrono::seconds(30),
          .run = [&engine](const std::stop_token& /*stop*/) { return engine.make_durable(); }};
}

Round moves_round(lanes::Moves& moves) {
  return {.name = "moves of events from the journal",
          .interval = std::chrono::milliseconds(100),
          .run = [&moves](std::stop_token stop) { return moves.run(std::move(stop)); }};
}

Round arrival_poll_round(history::ArrivalPoll& poll) {
  return {.name = "search for events of other instances",
          .interval = std::chrono::milliseconds(250),
          .run = [&poll](std::stop_token stop) { return poll.run(std::move(stop)); }};
}

Round streams_round(std::string_view kind, history::OpenStreams& streams,
                    tenants::TenantDirectory& directory) {
  return {.name = fmt::format("end of deleted and suspended tenants' {}", kind),
          .interval = std::chrono::milliseconds(500),
          .run = [&streams, &directory](const std::stop_token& /*stop*/) {
            return cut_streams(streams, directory);
          }};
}

Round upgrade_round(events::TableUpgrade& tables, std::chrono::milliseconds interval) {
  return {.name = "upgrade of events tables",
          .interval = interval,
          .run = [&tables](std::stop_token stop) { return upgrade(tables, std::move(stop)); },
          .before_serving = true};
}

Round trail_round(audit::Trail& trail) {
  return {.name = "records of the audit trail",
          .interval = std::chrono::milliseconds(250),
          .run = [&trail](const std::stop_token& /*stop*/) { return trail.write_waiting(); },
          .before_serving = true};
}

Round trail_retention_round(audit::TrailTable& table, retention::Retention& retention,
                            std::chrono::days kept) {
  return {.name = "removal of old records of the audit trail",
          .interval = std::chrono::hours(6),
          .run = [&table, &retention, kept](const std::stop_token& /*stop*/) {
            return remove_old(table, retention, kept);
          }};
}

Round metering_round(quotas::Metering& metering) {
  return {.name = "metering of quotas",
          .interval = std::chrono::milliseconds(500),
          .run = [&metering](std::stop_token stop) { return metering.run(std::move(stop)); }};
}

Round retention_round(retention::Retention& retention, std::chrono::milliseconds interval) {
  return {.name = "retention of events", .interval = interval, .run = [&retention](std::stop_token stop) {
            return retention.run(std::move(stop));
          }};
}

Round late_uploads_round(files::LateUploadRemoval& removal, std::chrono::milliseconds interval) {
  return {.name = "removal of late uploads", .interval = interval, .run = [&removal](std::stop_token stop) {
            return removal.run(std::move(stop));
          }};
}

Round settings_round(tenants::Administration& administration, std::chrono::milliseconds interval) {
  return {
      .name = "removal of changes of tenants that are gone",
      .interval = interval,
      .run = [&administration](std::stop_token stop) { return administration.clean_up(std::move(stop)); }};
}

Round names_round(names::TenantNames& names, std::chrono::milliseconds interval) {
  return {.name = "removal of names", .interval = interval, .run = [&names](std::stop_token stop) {
            return names.clean_up(std::move(stop));
          }};
}

}  // namespace annals::upkeep
