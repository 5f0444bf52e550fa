#include "files/late_uploads.h"

#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/count.h"
#include "engine/rows.h"

namespace annals::files {
namespace {

using boost::asio::awaitable;
using engine::Statement;

constexpr std::string_view kCreateTable = R"(
CREATE TABLE IF NOT EXISTS default.annals_late_uploads
(
    database_name String,
    client_id     UUID COMMENT 'the deleted tenant',
    until         DateTime64(3, 'UTC') COMMENT 'the latest counts'
)
ENGINE = ReplacingMergeTree(until)
ORDER BY (database_name, client_id)
COMMENT 'Names of deleted databases under which files may still be uploaded')";

// Tables of version 0.1 do not know whose the files are.
constexpr std::string_view kHasOwners = R"(
SELECT count() FROM system.columns
WHERE database = 'default' AND table = 'annals_late_uploads' AND name = 'client_id')";

constexpr std::string_view kAddOwners = R"(
ALTER TABLE default.annals_late_uploads
ADD COLUMN IF NOT EXISTS client_id UUID COMMENT 'the deleted tenant' AFTER database_name,
MODIFY ORDER BY (database_name, client_id))";

constexpr std::string_view kExpect = R"(
INSERT INTO default.annals_late_uploads (database_name, client_id, until)
SETTINGS async_insert = 0
SELECT {database:String}, {owner:UUID}, now64(3, 'UTC') + toIntervalMillisecond({longest:Int64}))";

constexpr std::string_view kHas = R"(
SELECT count() FROM default.annals_late_uploads WHERE database_name = {database:String})";

constexpr std::string_view kList = R"(
SELECT database_name, client_id, toUnixTimestamp64Milli(max(until)), max(until) <= now64(3),
       database_name IN (SELECT database_name FROM default.annals_tenants)
FROM default.annals_late_uploads GROUP BY database_name, client_id
FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0)";

constexpr std::string_view kOwners = R"(
SELECT DISTINCT client_id FROM default.annals_late_uploads WHERE database_name = {database:String}
FORMAT TabSeparated)";

constexpr std::string_view kForget = R"(
ALTER TABLE default.annals_late_uploads
DELETE WHERE database_name = {database:String} AND client_id = {owner:UUID} AND toUnixTimestamp64Milli(until) <= {until_ms:Int64}
SETTINGS mutations_sync = 2)";

ExpectedUploads parse_row(std::string_view line) {
  const boost::json::array row = boost::json::parse(line).as_array();
  auto database = DatabaseName::parse(row.at(0).as_string());
  const auto owner = ClientId::parse(row.at(1).as_string());
  if (!database || !owner) throw std::runtime_error("default.annals_late_uploads holds a malformed entry");
  return {.owner = *owner,
          .database = *std::move(database),
          .held = row.at(4).to_number<int>() != 0,
          .until_ms = row.at(2).to_number<std::int64_t>(),
          .over = row.at(3).to_number<int>() != 0};
}

}  // namespace

awaitable<void> LateUploads::bootstrap() {
  if (bootstrapped_) co_return;
  co_await engine_.execute({.sql = std::string(kCreateTable)});
  const bool has_owners = co_await engine::counts_any(engine_, {.sql = std::string(kHasOwners)});
  if (!has_owners) co_await engine_.execute({.sql = std::string(kAddOwners)});
  bootstrapped_ = true;
}

awaitable<void> LateUploads::expect(tenants::Owner owner) {
  co_await bootstrap();
  Statement statement{.sql = std::string(kExpect),
                      .parameters = {{"database", owner.database.text()},
                                     {"owner", owner.id.text()},
                                     {"longest", fmt::format("{}", longest_.count())}}};
  co_await engine_.execute(std::move(statement));
}

awaitable<bool> LateUploads::make(tenants::Owner /*owner*/) {
  co_return true;
}

awaitable<void> LateUploads::remove(tenants::Owner owner, tenants::Fence /*fence*/) {
  return expect(std::move(owner));
}

awaitable<bool> LateUploads::is_cleaning_up(DatabaseName name) {
  co_await bootstrap();
  Statement statement{.sql = std::string(kHas), .parameters = {{"database", name.text()}}};
  const bool any = co_await engine::counts_any(engine_, std::move(statement));
  co_return any;
}

awaitable<std::vector<ExpectedUploads>> LateUploads::list() {
  co_await bootstrap();
  const auto text = co_await engine_.query({.sql = std::string(kList)});
  std::vector<ExpectedUploads> entries;
  engine::for_each_line(text, [&](std::string_view line) { entries.push_back(parse_row(line)); });
  co_return entries;
}

awaitable<std::vector<ClientId>> LateUploads::earlier_owners(DatabaseName database) {
  co_await bootstrap();
  Statement statement{.sql = std::string(kOwners), .parameters = {{"database", database.text()}}};
  const auto text = co_await engine_.query(std::move(statement));
  std::vector<ClientId> owners;
  engine::for_each_line(text, [&](std::string_view line) {
    if (const auto owner = ClientId::parse(line)) owners.push_back(*owner);
  });
  co_return owners;
}

awaitable<void> LateUploads::forget(ExpectedUploads entry) {
  co_await bootstrap();
  Statement statement{.sql = std::string(kForget),
                      .parameters = {{"database", entry.database.text()},
                                     {"owner", entry.owner.text()},
                                     {"until_ms", fmt::format("{}", entry.until_ms)}}};
  co_await engine_.execute(std::move(statement));
}

}  // namespace annals::files
