#include "tenants/registry.h"

#include <set>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "support/coroutines/driven.h"
#include "support/simulated/scripted_engine.h"

namespace annals::tenants {
namespace {

using support::parameter;

constexpr std::string_view kId = "00010203-0405-4607-8809-0a0b0c0d0e0f";
std::string a_hash() {
  return std::string(64, 'a');
}

std::string row_of(std::string_view id, std::string_view database, std::string_view hash) {
  return std::string(R"({"client_id":")") + std::string(id) + R"(","client_label":"L","database_name":")" +
         std::string(database) + R"(","state":2,"secret_hash":")" + std::string(hash) +
         R"(","created_ms":1700000000123,"settings":"","settings_version":0})" + "\n";
}

class RegistryTest : public testing::Test {
 protected:
  RegistryTest() {
    engine_.on_execute = [](const engine::Statement& /*statement*/) { return support::done(); };
    engine_.on_query = [this](const engine::Statement& /*statement*/) { return support::answer(answer_); };
  }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  std::string answer_;
  Registry registry_{engine_};
  ClientId id_ = ClientId::parse(kId).value();
};

TEST_F(RegistryTest, ValuesOfUsersTravelAsParametersOnly) {
  const std::string label = "'); DROP TABLE x; --";
  const NewTenant tenant{.database = DatabaseName::parse("demo").value(), .label = label};
  support::run_to_end(driver_, registry_.add(id_, tenant, crypto::SecretHash("s")));
  answer_ = R"({"has_database":0,"has_label":1})";
  const auto taken = support::run_to_end(driver_, registry_.taken(tenant));
  EXPECT_TRUE(!taken.database && taken.label);
  for (const auto& statement : engine_.seen) EXPECT_FALSE(statement.sql.contains("DROP")) << statement.sql;
  EXPECT_EQ(parameter(engine_.seen[2], "label"), label);
  EXPECT_EQ(parameter(engine_.seen[3], "label"), label);
}

TEST_F(RegistryTest, TheTablesAreMadeOnceAndBeforeTheFirstStatement) {
  support::run_to_end(driver_, registry_.find(id_));
  support::run_to_end(driver_, registry_.find(id_));
  ASSERT_FALSE(engine_.seen.empty());
  EXPECT_TRUE(engine_.seen[0].sql.contains("CREATE TABLE IF NOT EXISTS"));
  EXPECT_EQ(engine_.count("CREATE TABLE"), 2U);
}

TEST_F(RegistryTest, ATableThatCouldNotBeMadeIsTriedAgain) {
  const auto well = engine_.on_execute;
  engine_.on_execute = [](const engine::Statement& /*statement*/) {
    return support::fail_with(engine::EngineError(engine::EngineError::Kind::unavailable, 0, "away"));
  };
  EXPECT_EQ(support::error_of(driver_, registry_.find(id_)), ErrorCode::engine_unavailable);
  engine_.on_execute = well;
  EXPECT_FALSE(support::run_to_end(driver_, registry_.find(id_)));
  EXPECT_EQ(engine_.count("CREATE TABLE IF NOT EXISTS default.annals_tenants"), 2U);
}

TEST_F(RegistryTest, ARowIsReadWithAllItHolds) {
  answer_ = row_of(kId, "demo", a_hash());
  const auto tenant = support::run_to_end(driver_, registry_.find(id_));
  ASSERT_TRUE(tenant);
  EXPECT_EQ(tenant->id, id_);
  EXPECT_EQ(tenant->database.text(), "demo");
  EXPECT_EQ(tenant->state, TenantState::active);
  EXPECT_EQ(tenant->secret_hash.hex(), a_hash());
  EXPECT_EQ(tenant->created_at.time_since_epoch().count(), 1700000000123);
}

TEST_F(RegistryTest, AMalformedRowIsAnErrorAndNotATenant) {
  for (const std::string& row :
       {row_of("x", "demo", a_hash()), row_of(kId, "de`mo", a_hash()), row_of(kId, "demo", "aa")}) {
    answer_ = row;
    EXPECT_THROW(support::run_to_end(driver_, registry_.find(id_)), std::runtime_error) << row;
  }
}

TEST_F(RegistryTest, AStateIsOnlyRaisedAndNeverSet) {
  support::run_to_end(driver_, registry_.advance(id_, TenantState::deleting));
  const auto& statement = engine_.seen.back();
  EXPECT_TRUE(statement.sql.contains("state < {state:UInt8}")) << statement.sql;
  EXPECT_TRUE(statement.sql.contains("FROM default.annals_tenants FINAL"))
      << "it reads what it raises, so that a late writer brings nothing back";
  EXPECT_EQ(parameter(statement, "state"), "3");
}

TEST_F(RegistryTest, ATenantThatWasGivenUpIsDeletingToEverybody) {
  support::run_to_end(driver_, registry_.give_up(id_));
  EXPECT_EQ(parameter(engine_.seen.back(), "state"), "4");
  EXPECT_TRUE(engine_.seen.back().sql.contains("now64(3")) << "its time begins now, not with the tenant's";
  answer_ = row_of(kId, "demo", a_hash());
  answer_.replace(answer_.find("\"state\":2"), 9, "\"state\":4");
  EXPECT_EQ(support::run_to_end(driver_, registry_.find(id_))->state, TenantState::deleting);
}

TEST_F(RegistryTest, APageAsksForItsRowsAndForTheCountOfTheSameState) {
  answer_ = "0\n";
  engine_.on_query = [](const engine::Statement& statement) {
    return support::answer(statement.sql.contains("SELECT count()") ? "7\n" : row_of(kId, "demo", a_hash()));
  };
  const auto page = support::run_to_end(driver_, registry_.list({.state = TenantState::active}, 5, 10));
  EXPECT_EQ(page.total_count, 7U);
  EXPECT_EQ(page.tenants.size(), 1U);
  for (std::size_t i = 2; i < engine_.seen.size(); ++i) {
    EXPECT_EQ(parameter(engine_.seen[i], "state"), "2") << engine_.seen[i].sql;
  }
  EXPECT_EQ(parameter(engine_.seen[2], "limit"), "5");
  EXPECT_EQ(parameter(engine_.seen[2], "offset"), "10");
}

TEST_F(RegistryTest, EachQuestionMakesTheTablesThatItNeeds) {
  const NewTenant tenant{.database = DatabaseName::parse("demo").value(), .label = "Demo"};
  answer_ = "1\n";
  const auto expect_made = [this](const std::string& question, auto&& ask) {
    engine_.seen.clear();
    Registry registry(engine_);
    ask(registry);
    ASSERT_FALSE(engine_.seen.empty()) << question;
    EXPECT_TRUE(engine_.seen.front().sql.contains("CREATE TABLE")) << question;
  };
  answer_ = R"({"has_database":0,"has_label":0})";
  expect_made("taken", [&](Registry& made) { support::run_to_end(driver_, made.taken(tenant)); });
  answer_ = "1\n";
  expect_made("label", [&](Registry& made) { support::run_to_end(driver_, made.label_taken("Demo")); });
  expect_made("check", [&](Registry& made) { support::run_to_end(driver_, made.check()); });
}

TEST_F(RegistryTest, SettingsThatCouldNotBeMadeAreMadeAtTheNextQuestion) {
  engine_.on_execute = [](const engine::Statement& statement) {
    if (!statement.sql.contains("settings")) return support::done();
    return support::fail_with(engine::EngineError(engine::EngineError::Kind::unavailable, 0, "away"));
  };
  EXPECT_EQ(support::error_of(driver_, registry_.find(id_)), ErrorCode::engine_unavailable);
  engine_.on_execute = [](const engine::Statement& /*statement*/) { return support::done(); };
  support::run_to_end(driver_, registry_.find(id_));
  EXPECT_EQ(engine_.count("CREATE TABLE IF NOT EXISTS default.annals_tenant_settings"), 2U);
}

TEST_F(RegistryTest, ACheckReadsEveryColumn) {
  support::run_to_end(driver_, registry_.check());
  EXPECT_TRUE(engine_.seen.back().sql.contains("NOT ignore(*)")) << engine_.seen.back().sql;
}

TEST_F(RegistryTest, ATenantBecomesActiveOnlyTogetherWithItsDatabase) {
  support::run_to_end(driver_, registry_.advance(id_, TenantState::active));
  EXPECT_TRUE(engine_.seen.back().sql.contains("system.databases")) << engine_.seen.back().sql;
  EXPECT_EQ(parameter(engine_.seen.back(), "mark"), "Annals tenant ");
  support::run_to_end(driver_, registry_.advance(id_, TenantState::deleting));
  EXPECT_FALSE(engine_.seen.back().sql.contains("system.databases")) << "its database may be gone";
}

TEST_F(RegistryTest, ABackupKeepsActiveTenantsOnly) {
  answer_ = row_of(kId, "demo", a_hash());
  answer_.replace(answer_.find(R"("settings":"")"), 13, R"("settings":"{\"suspended\":true}")");
  const auto kept = support::run_to_end(driver_, registry_.keep(id_));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->id, id_);
  EXPECT_EQ(kept->request.database.text(), "demo");
  EXPECT_EQ(kept->request.label, "L");
  EXPECT_EQ(kept->secret_hash.hex(), a_hash());
  EXPECT_EQ(kept->created_at.time_since_epoch().count(), 1700000000123);
  EXPECT_EQ(kept->settings, R"({"suspended":true})");

  answer_.replace(answer_.find("\"state\":2"), 9, "\"state\":3");
  EXPECT_FALSE(support::run_to_end(driver_, registry_.keep(id_)));
  answer_.clear();
  EXPECT_FALSE(support::run_to_end(driver_, registry_.keep(id_)));
}

TEST_F(RegistryTest, RestoredSettingsAreWrittenWhateverIsThereWithoutTheirLabel) {
  TenantSettings settings;
  settings.is_suspended = true;
  const std::string document = settings.document();
  settings.label = "another";
  engine_.on_query = [&document](const engine::Statement& /*statement*/) {
    return support::answer(boost::json::serialize(boost::json::array{1, document, 0}) + "\n");
  };
  const auto refused = engine::EngineError(engine::EngineError::Kind::refused, 0, "").code();
  for (const std::string& text : {document, settings.document(), std::string()}) {
    EXPECT_EQ(support::error_of(driver_, registry_.restore_settings(id_, text)), refused) << "by this engine";
    EXPECT_TRUE(
        engine_.inserted.back().rows.contains(text.empty() ? "{}" : TenantSettings::without_label(text)))
        << text;
    EXPECT_FALSE(engine_.inserted.back().rows.contains("another")) << "the label is that of the row";
  }
  EXPECT_EQ(engine_.inserted.size(), 3U);
}

TEST_F(RegistryTest, SettingsAreWrittenIfSomethingWasDecided) {
  engine_.on_query = [](const engine::Statement& /*statement*/) { return support::answer("[1,\"{}\",7]\n"); };
  const auto change = [this](bool decision) {
    return support::error_of(
        driver_, registry_.change_settings(id_, [decision](TenantSettings& settings, Timestamp now) {
          EXPECT_EQ(now.time_since_epoch().count(), 7) << "the engine's clock";
          settings.is_suspended = true;
          return decision;
        }));
  };
  EXPECT_FALSE(change(false));
  EXPECT_TRUE(engine_.inserted.empty());
  EXPECT_TRUE(change(true)) << "it is written, which this engine does not";
  ASSERT_EQ(engine_.inserted.size(), 1U);
  EXPECT_TRUE(engine_.inserted.front().rows.contains(R"("suspended":true)"));
}

TEST_F(RegistryTest, APageHasWhatItsFilterSays) {
  answer_ = "0\n";
  engine_.on_query = [](const engine::Statement& statement) {
    return support::answer(statement.sql.contains("SELECT count()") ? "0\n" : "");
  };
  const TenantFilter filter{
      .state = TenantState::deleting, .database = "demo", .label = "Demo", .ids = std::set{id_}};
  support::run_to_end(driver_, registry_.list(filter, 5, 10));
  ASSERT_EQ(engine_.seen.size(), 4U);
  for (std::size_t i = 2; i < engine_.seen.size(); ++i) {
    const auto& statement = engine_.seen[i];
    for (const std::string condition :
         {" WHERE least(state, 3) = {state:UInt8}", " AND database_name = {database:String}",
          " = {label:String}", " AND client_id IN {ids:Array(UUID)}"}) {
      EXPECT_TRUE(statement.sql.contains(condition)) << condition << " in " << statement.sql;
    }
    EXPECT_EQ(parameter(statement, "database"), "demo");
    EXPECT_EQ(parameter(statement, "label"), "Demo");
    EXPECT_EQ(parameter(statement, "ids"), fmt::format("['{}']", kId));
  }
  EXPECT_TRUE(engine_.seen[2].sql.contains("ORDER BY created_at DESC, client_id LIMIT"))
      << engine_.seen[2].sql;
  EXPECT_FALSE(engine_.seen[3].sql.contains("LIMIT")) << engine_.seen[3].sql;

  support::run_to_end(driver_, registry_.list({}, 5, 10));
  EXPECT_FALSE(engine_.seen.back().sql.contains("WHERE")) << engine_.seen.back().sql;
}

}  // namespace
}  // namespace annals::tenants
