#include "retention/expired_files.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/rows.h"

namespace annals::retention {
namespace {

using boost::asio::awaitable;

constexpr std::string_view kCreateTable = R"(
CREATE TABLE IF NOT EXISTS default.annals_expired_files
(
    client_id UUID,
    file_id   UUID
)
ENGINE = ReplacingMergeTree
ORDER BY (client_id, file_id)
COMMENT 'Files of events that the retention of Annals has removed, until they are removed too')";

/// Few enough that the lease on the name is not held for long.
constexpr int kSome = 100;

}  // namespace

std::string_view Expired::condition() {
  return "event_time < fromUnixTimestamp64Milli({before:Int64}, 'UTC') AND arrival < {last:UInt64}";
}

std::vector<engine::Parameter> Expired::parameters() const {
  return {{"before", fmt::format("{}", before.time_since_epoch().count())},
          {"last", fmt::format("{}", last_arrival)}};
}

awaitable<void> ExpiredFiles::bootstrap() {
  if (bootstrapped_) co_return;
  co_await engine_.execute({.sql = std::string(kCreateTable)});
  bootstrapped_ = true;
}

awaitable<void> ExpiredFiles::note(events::EventsTable table, Expired expired) {
  co_await bootstrap();
  auto parameters = expired.parameters();
  parameters.push_back({"owner", table.owner.text()});
  co_await engine_.execute(table.statement(
      fmt::format(
          "INSERT INTO default.annals_expired_files (client_id, file_id) SETTINGS async_insert = 0 "
          "SELECT DISTINCT {{owner:UUID}}, assumeNotNull(file_id) FROM {} WHERE {} AND file_id IS NOT NULL",
          table.quoted(), Expired::condition()),
      std::move(parameters)));
  co_await engine_.make_durable();
}

awaitable<std::vector<FileId>> ExpiredFiles::some_of(ClientId owner) {
  co_await bootstrap();
  const auto text = co_await engine_.query(
      {.sql = fmt::format("SELECT DISTINCT file_id FROM default.annals_expired_files WHERE client_id = "
                          "{{owner:UUID}} LIMIT {} FORMAT TabSeparated",
                          kSome),
       .parameters = {{"owner", owner.text()}}});
  std::vector<FileId> files;
  engine::for_each_line(text, [&](std::string_view line) {
    if (const auto file = FileId::parse(line)) files.push_back(*file);
  });
  co_return files;
}

awaitable<void> ExpiredFiles::forget(ClientId owner, std::vector<FileId> files) {
  co_await bootstrap();
  co_await engine_.execute(
      {.sql = "ALTER TABLE default.annals_expired_files DELETE WHERE client_id = {owner:UUID} AND "
              "has({files:Array(UUID)}, file_id) SETTINGS mutations_sync = 2",
       .parameters = {{"owner", owner.text()}, {"files", engine::uuid_array(files)}}});
}

awaitable<void> ExpiredFiles::forget_all(ClientId owner) {
  co_await bootstrap();
  co_await engine_.execute(
      {.sql = "ALTER TABLE default.annals_expired_files DELETE WHERE client_id = {owner:UUID} "
              "SETTINGS mutations_sync = 2",
       .parameters = {{"owner", owner.text()}}});
}

awaitable<std::vector<ClientId>> ExpiredFiles::owners() {
  co_await bootstrap();
  const auto text = co_await engine_.query(
      {.sql = "SELECT DISTINCT client_id FROM default.annals_expired_files LIMIT 10000 FORMAT TabSeparated"});
  std::vector<ClientId> owners;
  engine::for_each_line(text, [&](std::string_view line) {
    if (const auto owner = ClientId::parse(line)) owners.push_back(*owner);
  });
  co_return owners;
}

awaitable<bool> ExpiredFiles::make(tenants::Owner /*owner*/) {
  co_return true;
}

awaitable<void> ExpiredFiles::remove(tenants::Owner owner, tenants::Fence fence) {
  const auto noted = co_await some_of(owner.id);
  if (noted.empty()) co_return;
  co_await fence();
  co_await forget_all(owner.id);
}

}  // namespace annals::retention
