#include "tenants/directory.h"

#include <gtest/gtest.h>

#include "support/driven.h"
#include "support/tenants_table.h"

namespace annals::tenants {
namespace {

using namespace std::chrono_literals;

class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    table_.answer_for(engine_);
    table_.rows.push_back({.id = id_.text(),
                           .label = "Demo",
                           .database = "demo",
                           .secret_hash = crypto::SecretHash("secret").hex(),
                           .state = 2});
  }

  /// Returns the label of the tenant that is found, or "" for none.
  std::string find(TenantDirectory& directory, const std::string& id) {
    return label_of(support::run_to_end(driver_, directory.find(id)));
  }
  std::string find_named(TenantDirectory& directory, const std::string& name) {
    return label_of(support::run_to_end(driver_, directory.find_named(name)));
  }
  static std::string label_of(const std::shared_ptr<const Tenant>& tenant) {
    return tenant ? tenant->label : "";
  }
  [[nodiscard]] std::size_t questions() const { return engine_.count("FINAL"); }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::TenantsTable table_;
  Registry registry_{engine_};
  ClientId id_ = ClientId::random();
};

TEST_F(DirectoryTest, ATenantIsAskedForOnceAndThenComesFromMemory) {
  TenantDirectory directory(registry_, 1h);
  EXPECT_EQ(find(directory, id_.text()), "Demo");
  EXPECT_EQ(find(directory, id_.text()), "Demo");
  EXPECT_EQ(find_named(directory, "demo"), "Demo") << "by its database too";
  EXPECT_EQ(questions(), 1U);
}

TEST_F(DirectoryTest, AnEntryThatIsTooOldIsReadAgain) {
  TenantDirectory directory(registry_, -1ms);
  find(directory, id_.text());
  table_.rows[0].state = 3;
  EXPECT_EQ(find(directory, id_.text()), "") << "another instance has begun to delete the tenant";
}

TEST_F(DirectoryTest, OnlyActiveTenantsAreFound) {
  TenantDirectory directory(registry_, 1h);
  for (const int state : {1, 3}) {
    table_.rows[0].state = state;
    EXPECT_EQ(find(directory, id_.text()), "") << "state " << state;
  }
  table_.rows[0].state = 2;
  EXPECT_EQ(find(directory, id_.text()), "Demo") << "that there was none is not remembered";
}

TEST_F(DirectoryTest, AForgottenTenantIsAskedForAgain) {
  TenantDirectory directory(registry_, 1h);
  find(directory, id_.text());
  table_.rows[0].state = 3;
  directory.forget(id_);
  EXPECT_EQ(find(directory, id_.text()), "");
}

TEST_F(DirectoryTest, AnAnswerThatWasOnItsWayDoesNotBringAForgottenTenantBack) {
  TenantDirectory directory(registry_, 1h);
  // The registry answers, and before the answer arrives the tenant is deleted here.
  const auto answer = engine_.on_query;
  engine_.on_query = [&](const engine::Statement& statement) {
    auto rows = answer(statement);
    table_.rows[0].state = 3;
    directory.forget(id_);
    return rows;
  };
  find(directory, id_.text());
  engine_.on_query = answer;
  EXPECT_EQ(find(directory, id_.text()), "") << "the stale answer must not be cached";
}

TEST_F(DirectoryTest, AnythingButAnIdIsNotAskedFor) {
  TenantDirectory directory(registry_, 1h);
  for (const std::string& id : std::vector<std::string>{"", "demo", "not-a-uuid", "{" + id_.text() + "}"}) {
    EXPECT_EQ(find(directory, id), "");
  }
  EXPECT_EQ(questions(), 0U);
}

TEST_F(DirectoryTest, TheShapeOfANameDecidesWhereItIsLookedUp) {
  TenantDirectory directory(registry_, 1h);
  // A database that is called like another tenant's id must not be reached by that id.
  table_.rows.push_back({.id = ClientId::random().text(),
                         .label = "Impostor",
                         .database = id_.text(),
                         .secret_hash = table_.rows[0].secret_hash,
                         .state = 2});
  EXPECT_EQ(find_named(directory, id_.text()), "Demo");
  EXPECT_EQ(find_named(directory, "demo"), "Demo");
  EXPECT_EQ(find_named(directory, "no such"), "");
}

TEST_F(DirectoryTest, ARegistryThatCannotAnswerIsAnErrorAndNotAnUnknownTenant) {
  TenantDirectory directory(registry_, 1h);
  engine_.on_query = [](const engine::Statement& /*statement*/) -> boost::asio::awaitable<std::string> {
    throw engine::EngineError(engine::EngineError::Kind::unavailable, 0, "away");
  };
  EXPECT_EQ(support::error_of(driver_, directory.find(id_.text())), ErrorCode::engine_unavailable);
}

}  // namespace
}  // namespace annals::tenants
