#include "tenants/registry.h"

#include <gtest/gtest.h>

#include "support/driven.h"
#include "support/scripted_engine.h"

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
  answer_ = "0\n";
  support::run_to_end(driver_, registry_.taken(tenant));
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

}  // namespace
}  // namespace annals::tenants
