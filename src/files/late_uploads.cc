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
    until         DateTime64(3, 'UTC') COMMENT 'the latest counts'
)
ENGINE = ReplacingMergeTree(until)
ORDER BY database_name
COMMENT 'Names of deleted databases under which files may still be uploaded')";

constexpr std::string_view kExpect = R"(
INSERT INTO default.annals_late_uploads (database_name, until)
SETTINGS async_insert = 0
SELECT {database:String}, now64(3, 'UTC') + toIntervalMillisecond({longest:Int64}))";

constexpr std::string_view kHas = R"(
SELECT count() FROM default.annals_late_uploads WHERE database_name = {database:String})";

constexpr std::string_view kList = R"(
SELECT database_name, toUnixTimestamp64Milli(max(until)), max(until) <= now64(3)
FROM default.annals_late_uploads GROUP BY database_name
FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0)";

constexpr std::string_view kForget = R"(
ALTER TABLE default.annals_late_uploads
DELETE WHERE database_name = {database:String} AND toUnixTimestamp64Milli(until) <= {until_ms:Int64}
SETTINGS mutations_sync = 2)";

ExpectedUploads parse_row(std::string_view line) {
  const boost::json::array row = boost::json::parse(line).as_array();
  auto database = DatabaseName::parse(row.at(0).as_string());
  if (!database) throw std::runtime_error("a malformed database name in default.annals_late_uploads");
  return {.database = *std::move(database),
          .until_ms = row.at(1).to_number<std::int64_t>(),
          .over = row.at(2).to_number<int>() != 0};
}

}  // namespace

awaitable<void> LateUploads::bootstrap() {
  if (bootstrapped_) co_return;
  co_await engine_.execute({.sql = std::string(kCreateTable)});
  bootstrapped_ = true;
}

awaitable<void> LateUploads::expect(DatabaseName database) {
  co_await bootstrap();
  Statement statement{
      .sql = std::string(kExpect),
      .parameters = {{"database", database.text()}, {"longest", fmt::format("{}", longest_.count())}}};
  co_await engine_.execute(std::move(statement));
}

awaitable<bool> LateUploads::make(tenants::Owner /*owner*/) {
  co_return true;
}

awaitable<void> LateUploads::remove(tenants::Owner owner, tenants::Fence /*fence*/) {
  return expect(std::move(owner.database));
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

awaitable<void> LateUploads::forget(ExpectedUploads entry) {
  co_await bootstrap();
  Statement statement{
      .sql = std::string(kForget),
      .parameters = {{"database", entry.database.text()}, {"until_ms", fmt::format("{}", entry.until_ms)}}};
  co_await engine_.execute(std::move(statement));
}

}  // namespace annals::files
