#include "tenants/registry.h"

#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/count.h"
#include "engine/rows.h"
#include "tenants/databases.h"

namespace annals::tenants {
namespace {

using engine::Statement;

constexpr std::string_view kCreateTable = R"(
CREATE TABLE IF NOT EXISTS default.annals_tenants
(
    client_id     UUID,
    client_label  String,
    database_name String,
    state         UInt8 COMMENT '1 creating, 2 active, 3 deleting, 4 deleting and given up; the highest counts',
    secret_hash   String COMMENT 'SHA-256 of the client secret, hexadecimal',
    created_at    DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(state)
ORDER BY client_id
COMMENT 'The tenants of Annals')";

constexpr std::string_view kAdd = R"(
INSERT INTO default.annals_tenants (client_id, client_label, database_name, state, secret_hash, created_at)
SETTINGS async_insert = 0
SELECT {id:UUID}, {label:String}, {database:String}, 1, {secret_hash:String},
       if({created_ms:Int64} = 0, now64(3, 'UTC'), fromUnixTimestamp64Milli({created_ms:Int64}, 'UTC')))";

// Reads the row that it advances, so that a late writer cannot bring a removed tenant back.
constexpr std::string_view kAdvance = R"(
INSERT INTO default.annals_tenants (client_id, client_label, database_name, state, secret_hash, created_at)
SETTINGS async_insert = 0
SELECT client_id, client_label, database_name, {state:UInt8}, secret_hash, created_at
FROM default.annals_tenants FINAL
WHERE client_id = {id:UUID} AND state < {state:UInt8})";

// To `active` only together with the tenant's database, so that a late copy activates nothing that is
// being deleted.
constexpr std::string_view kHasDatabase = R"(
  AND (database_name, concat({mark:String}, toString(client_id))) IN (SELECT name, comment FROM system.databases))";

// Nobody asks when the tenant was made: it never was.
constexpr std::string_view kGiveUp = R"(
INSERT INTO default.annals_tenants (client_id, client_label, database_name, state, secret_hash, created_at)
SETTINGS async_insert = 0
SELECT client_id, client_label, database_name, {state:UInt8}, secret_hash, now64(3, 'UTC')
FROM default.annals_tenants FINAL
WHERE client_id = {id:UUID} AND state < {state:UInt8})";

constexpr std::string_view kRemove = R"(
ALTER TABLE default.annals_tenants DELETE WHERE client_id = {id:UUID} SETTINGS mutations_sync = 2)";

// A query of tenants with their settings, of which `{}` selects those that are needed.
constexpr std::string_view kWithSettings = R"(
LEFT JOIN
(
    SELECT id, argMax(document, version) AS settings, max(version) AS settings_version
    FROM default.annals_tenant_settings{} GROUP BY id
) AS changed ON client_id = changed.id)";

constexpr std::string_view kUnknownWithSettings = R"(
SELECT id, version FROM default.annals_tenant_settings FINAL
WHERE id NOT IN (SELECT client_id FROM default.annals_tenants))";

constexpr std::string_view kLabel =
    "if(JSONHas(settings, 'client_label'), JSONExtractString(settings, 'client_label'), client_label)";

constexpr std::string_view kOfOne = " WHERE id = {id:UUID}";
constexpr std::string_view kOfDatabase =
    " WHERE id IN (SELECT client_id FROM default.annals_tenants WHERE database_name = {database:String})";

constexpr std::string_view kSelect = R"(
SELECT client_id, client_label, database_name, state, secret_hash, toUnixTimestamp64Milli(created_at) AS created_ms,
       settings, settings_version
FROM default.annals_tenants FINAL)";

constexpr std::string_view kFormat =
    " FORMAT JSONEachRow SETTINGS output_format_json_quote_64bit_integers = 0, "
    "output_format_json_escape_forward_slashes = 0";

// The state in the table of a tenant that was given up. To everybody but unfinished() it is deleting.
constexpr std::uint8_t kGivenUp = 4;

TenantState parse_state(std::uint8_t number) {
  return number == kGivenUp ? TenantState::deleting : static_cast<TenantState>(number);
}

Tenant parse_row(std::string_view line, std::uint32_t default_retention_days) {
  const boost::json::object row = boost::json::parse(line).as_object();
  auto id = ClientId::parse(row.at("client_id").as_string());
  auto database = DatabaseName::parse(row.at("database_name").as_string());
  const auto secret_hash = crypto::SecretHash::from_hex(row.at("secret_hash").as_string());
  if (!id || !database || !secret_hash) throw std::runtime_error("the registry holds a malformed tenant");
  Tenant tenant{
      .id = *id,
      .label = std::string(row.at("client_label").as_string()),
      .database = *std::move(database),
      .state = parse_state(row.at("state").to_number<std::uint8_t>()),
      .secret_hash = *secret_hash,
      .original_secret_hash = *secret_hash,
      .created_at = Timestamp(std::chrono::milliseconds(row.at("created_ms").to_number<std::int64_t>())),
      .settings_version = row.at("settings_version").to_number<std::uint64_t>()};
  TenantSettings::parse(row.at("settings").as_string()).apply_to(tenant, default_retention_days);
  return tenant;
}

/// Returns the query of tenants with the settings that `which` selects, without a condition.
std::string selected(std::string_view which) {
  return fmt::format("{}{}", kSelect, fmt::format(kWithSettings, which));
}

std::string state_number(TenantState state) {
  return fmt::format("{}", static_cast<unsigned>(state));
}

/// Returns the condition of a list, and its parameters.
Statement listing(const TenantFilter& filter) {
  Statement result{.sql = ""};
  const auto require = [&result](std::string_view condition, std::string name, std::string value) {
    result.sql += fmt::format("{}{}", result.sql.empty() ? " WHERE " : " AND ", condition);
    result.parameters.push_back({std::move(name), std::move(value)});
  };
  if (filter.state) {
    require("least(state, 3) = {state:UInt8}", "state", state_number(*filter.state));
  }
  if (filter.database) require("database_name = {database:String}", "database", *filter.database);
  if (filter.label) require(fmt::format("{} = {{label:String}}", kLabel), "label", *filter.label);
  if (filter.ids) require("client_id IN {ids:Array(UUID)}", "ids", engine::uuid_array(*filter.ids));
  return result;
}

}  // namespace

std::vector<Tenant> Registry::parse_rows(std::string_view text) const {
  std::vector<Tenant> tenants;
  engine::for_each_line(
      text, [&](std::string_view line) { tenants.push_back(parse_row(line, default_retention_days_)); });
  return tenants;
}

boost::asio::awaitable<void> Registry::bootstrap() {
  if (bootstrapped_) co_return;
  co_await engine_.execute({.sql = std::string(kCreateTable)});
  co_await settings_.bootstrap();
  bootstrapped_ = true;
}

boost::asio::awaitable<void> Registry::change(Statement statement) {
  co_await bootstrap();
  co_await engine_.execute(std::move(statement));
}

boost::asio::awaitable<std::string> Registry::ask(Statement statement) {
  co_await bootstrap();
  auto text = co_await engine_.query(std::move(statement));
  co_return text;
}

boost::asio::awaitable<void> Registry::check() {
  co_await ask({.sql = "SELECT count() FROM default.annals_tenants WHERE NOT ignore(*)"});
}

boost::asio::awaitable<void> Registry::add(ClientId id, NewTenant tenant, crypto::SecretHash secret,
                                           std::optional<Timestamp> created_at) {
  const auto created_ms = created_at.value_or(Timestamp()).time_since_epoch().count();
  Statement statement{.sql = std::string(kAdd),
                      .parameters = {{"id", id.text()},
                                     {"label", tenant.label},
                                     {"database", tenant.database.text()},
                                     {"secret_hash", secret.hex()},
                                     {"created_ms", fmt::format("{}", created_ms)}},
                      // A copy could come after the tenant's deletion.
                      .at_most_once = true};
  co_await change(std::move(statement));
}

boost::asio::awaitable<void> Registry::advance(ClientId id, TenantState state) {
  Statement statement{.sql = std::string(kAdvance),
                      .parameters = {{"id", id.text()}, {"state", state_number(state)}}};
  if (state == TenantState::active) {
    statement.sql += kHasDatabase;
    statement.parameters.push_back({"mark", std::string(Databases::kMarkPrefix)});
  }
  co_await change(std::move(statement));
}

boost::asio::awaitable<void> Registry::give_up(ClientId id) {
  Statement statement{.sql = std::string(kGiveUp),
                      .parameters = {{"id", id.text()}, {"state", fmt::format("{}", kGivenUp)}}};
  co_await change(std::move(statement));
}

boost::asio::awaitable<void> Registry::remove(ClientId id) {
  Statement statement{.sql = std::string(kRemove), .parameters = {{"id", id.text()}}};
  co_await change(std::move(statement));
}

boost::asio::awaitable<std::optional<Tenant>> Registry::find(ClientId id) {
  Statement statement{.sql = fmt::format("{} WHERE client_id = {{id:UUID}} {}", selected(kOfOne), kFormat),
                      .parameters = {{"id", id.text()}}};
  const auto text = co_await ask(std::move(statement));
  const auto tenants = parse_rows(text);
  if (tenants.empty()) co_return std::nullopt;
  co_return tenants.front();
}

boost::asio::awaitable<std::optional<KeptTenant>> Registry::keep(ClientId id) {
  Statement statement{.sql = fmt::format("{} WHERE client_id = {{id:UUID}} {}", selected(kOfOne), kFormat),
                      .parameters = {{"id", id.text()}}};
  const auto text = co_await ask(std::move(statement));
  std::optional<KeptTenant> kept;
  engine::for_each_line(text, [&](std::string_view line) {
    auto tenant = parse_row(line, default_retention_days_);
    if (tenant.state != TenantState::active) return;
    kept = KeptTenant{.id = tenant.id,
                      .request = {.database = std::move(tenant.database), .label = std::move(tenant.label)},
                      .secret_hash = tenant.original_secret_hash,
                      .created_at = tenant.created_at,
                      .settings = std::string(boost::json::parse(line).at("settings").as_string())};
  });
  co_return kept;
}

boost::asio::awaitable<void> Registry::restore_settings(ClientId id, std::string document) {
  const std::string kept = TenantSettings::without_label(document);
  co_await settings_.restore(id.uuid(), kept.empty() ? "{}" : kept);
}

boost::asio::awaitable<std::optional<Tenant>> Registry::find_by_database(DatabaseName database) {
  Statement statement{
      .sql = fmt::format("{} WHERE database_name = {{database:String}} ORDER BY state = 2 DESC {}",
                         selected(kOfDatabase), kFormat),
      .parameters = {{"database", database.text()}}};
  const auto text = co_await ask(std::move(statement));
  const auto tenants = parse_rows(text);
  if (tenants.empty()) co_return std::nullopt;
  co_return tenants.front();
}

boost::asio::awaitable<Registry::Taken> Registry::taken(NewTenant tenant) {
  Statement statement{
      .sql = fmt::format("SELECT countIf(database_name = {{database:String}}) > 0 AS has_database, "
                         "countIf({} = {{label:String}}) > 0 AS has_label FROM default.annals_tenants{} {}",
                         kLabel, fmt::format(kWithSettings, ""), kFormat),
      .parameters = {{"database", tenant.database.text()}, {"label", tenant.label}}};
  const auto text = co_await ask(std::move(statement));
  const boost::json::object row = boost::json::parse(text).as_object();
  co_return Taken{.database = row.at("has_database") == 1, .label = row.at("has_label") == 1};
}

boost::asio::awaitable<bool> Registry::label_taken(std::string label) {
  co_await bootstrap();
  Statement statement{
      .sql = fmt::format("SELECT count() FROM default.annals_tenants{} WHERE {} = {{label:String}}",
                         fmt::format(kWithSettings, ""), kLabel),
      .parameters = {{"label", std::move(label)}}};
  const bool any = co_await engine::counts_any(engine_, std::move(statement));
  co_return any;
}

boost::asio::awaitable<TenantPage> Registry::list(TenantFilter filter, std::uint64_t limit,
                                                  std::uint64_t offset) {
  Statement rows = listing(filter);
  Statement count = rows;
  rows.parameters.push_back({"limit", fmt::format("{}", limit)});
  rows.parameters.push_back({"offset", fmt::format("{}", offset)});
  rows.sql = fmt::format(
      "{}{} ORDER BY created_at DESC, client_id LIMIT {{limit:UInt64}} OFFSET {{offset:UInt64}} {}",
      selected(""), rows.sql, kFormat);
  count.sql = fmt::format("SELECT count() FROM default.annals_tenants FINAL{}{}",
                          fmt::format(kWithSettings, ""), count.sql);
  const auto page_text = co_await ask(std::move(rows));
  const auto count_text = co_await ask(std::move(count));
  co_return TenantPage{.total_count = std::stoull(count_text), .tenants = parse_rows(page_text)};
}

boost::asio::awaitable<void> Registry::change_settings(ClientId id, DecideSettings decide) {
  co_await settings_.change(id.uuid(),
                            [decide = std::move(decide)](const engine::VersionedDocuments::Current& current)
                                -> std::optional<std::string> {
                              auto settings = TenantSettings::parse(current.text);
                              if (!decide(settings, current.now)) return std::nullopt;
                              return settings.document();
                            });
}

boost::asio::awaitable<void> Registry::forget_settings(SettingsVersion seen) {
  return settings_.forget(seen);
}

boost::asio::awaitable<Registry::SettingsVersion> Registry::see_settings(ClientId id) {
  const auto found = co_await settings_.find(id.uuid());
  co_return SettingsVersion{.id = id.uuid(), .number = found.version};
}

boost::asio::awaitable<std::vector<Registry::SettingsVersion>> Registry::settings_of_unknown() {
  const auto text = co_await ask({.sql = fmt::format("{}{}", kUnknownWithSettings, kFormat)});
  std::vector<SettingsVersion> unknown;
  engine::for_each_line(text, [&](std::string_view line) {
    const boost::json::object row = boost::json::parse(line).as_object();
    const auto id = ClientId::parse(row.at("id").as_string());
    if (id) {
      unknown.push_back({.id = id->uuid(), .number = row.at("version").to_number<std::uint64_t>()});
    }
  });
  co_return unknown;
}

boost::asio::awaitable<std::vector<Tenant>> Registry::unfinished(std::chrono::milliseconds age) {
  Statement statement{.sql = fmt::format("{} WHERE state = 3 OR (state IN (1, 4) AND dateDiff('millisecond', "
                                         "created_at, now64(3)) >= {{age:Int64}}) {}",
                                         selected(""), kFormat),
                      .parameters = {{"age", fmt::format("{}", age.count())}}};
  const auto text = co_await ask(std::move(statement));
  co_return parse_rows(text);
}

}  // namespace annals::tenants
