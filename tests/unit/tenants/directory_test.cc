#include "tenants/directory.h"

#include <gtest/gtest.h>

#include "support/coroutines/driven.h"
#include "support/simulated/tenants_table.h"

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
  TenantDirectory directory(registry_, {.max_age = 1h});
  EXPECT_EQ(find(directory, id_.text()), "Demo");
  EXPECT_EQ(find(directory, id_.text()), "Demo");
  EXPECT_EQ(find_named(directory, "demo"), "Demo") << "by its database too";
  EXPECT_EQ(questions(), 1U);
}

TEST_F(DirectoryTest, AnEntryThatIsTooOldIsReadAgain) {
  TenantDirectory directory(registry_, {.max_age = -1ms});
  find(directory, id_.text());
  table_.rows[0].state = 3;
  EXPECT_EQ(find(directory, id_.text()), "") << "another instance has begun to delete the tenant";
}

TEST_F(DirectoryTest, OnlyActiveTenantsAreFound) {
  TenantDirectory directory(registry_, {.max_age = 1h});
  for (const int state : {1, 3}) {
    table_.rows[0].state = state;
    EXPECT_EQ(find(directory, id_.text()), "") << "state " << state;
  }
  table_.rows[0].state = 2;
  EXPECT_EQ(find(directory, id_.text()), "Demo") << "that there was none is not remembered";
}

TEST_F(DirectoryTest, AForgottenTenantIsAskedForAgain) {
  TenantDirectory directory(registry_, {.max_age = 1h});
  find(directory, id_.text());
  table_.rows[0].state = 3;
  directory.forget(id_);
  EXPECT_EQ(find(directory, id_.text()), "");
}

TEST_F(DirectoryTest, AnAnswerThatWasOnItsWayDoesNotBringAForgottenTenantBack) {
  TenantDirectory directory(registry_, {.max_age = 1h});
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

TEST_F(DirectoryTest, AnUnknownIdIsAskedForOnceInAWhile) {
  TenantDirectory directory(registry_, {.max_age = 1h});
  const std::string unknown = ClientId::random().text();
  EXPECT_EQ(find(directory, unknown), "");
  EXPECT_EQ(find(directory, unknown), "");
  EXPECT_EQ(questions(), 1U);
  EXPECT_EQ(find_named(directory, "later"), "");
  EXPECT_EQ(find_named(directory, "later"), "");
  EXPECT_EQ(questions(), 3U) << "another instance may give the name to a tenant now";
}

TEST_F(DirectoryTest, OnlySoManyUnknownIdsAreRemembered) {
  constexpr std::size_t kMaxAbsent = 10'000;
  TenantDirectory directory(registry_, {.max_age = 1h});
  const std::string first = ClientId::random().text();
  find(directory, first);
  for (std::size_t i = 1; i < kMaxAbsent; ++i) find(directory, ClientId::random().text());
  find(directory, first);
  EXPECT_EQ(questions(), kMaxAbsent) << "it is still remembered";
  find(directory, ClientId::random().text());
  find(directory, first);
  EXPECT_EQ(questions(), kMaxAbsent + 2) << "whoever sends random ids takes no memory without end";
}

TEST_F(DirectoryTest, NoAnswerOutlivesItsTime) {
  TenantDirectory directory(registry_, {.max_age = -1ms});
  const std::string unknown = ClientId::random().text();
  find(directory, unknown);
  find(directory, unknown);
  EXPECT_EQ(questions(), 2U);
}

class DirectoryOfTheOnlyInstance : public DirectoryTest {
 protected:
  DirectoryOfTheOnlyInstance() {
    support::run_to_end(driver_, directory_.load());
    loaded_ = questions();
  }
  [[nodiscard]] std::size_t questions_since() const { return questions() - loaded_; }
  /// Makes a tenant as the lifecycle does, up to where `learned` says.
  std::string make(const std::string& database, bool learned) {
    const ClientId id = ClientId::random();
    const auto asked = directory_.expect(id, *DatabaseName::parse(database));
    table_.rows.push_back({.id = id.text(),
                           .label = "New",
                           .database = database,
                           .secret_hash = table_.rows[0].secret_hash,
                           .state = 2});
    if (learned) directory_.learn(support::run_to_end(driver_, registry_.find(id)), asked);
    return id.text();
  }

  TenantDirectory directory_{registry_, {.max_age = 1h, .is_alone = true}};
  std::size_t loaded_ = 0;
};

TEST_F(DirectoryOfTheOnlyInstance, KnowsEverybodyWithoutAQuestion) {
  EXPECT_EQ(find(directory_, id_.text()), "Demo");
  EXPECT_EQ(find_named(directory_, "demo"), "Demo");
  EXPECT_EQ(find(directory_, ClientId::random().text()), "");
  EXPECT_EQ(find_named(directory_, "nobody"), "");
  EXPECT_EQ(questions_since(), 0U);
}

TEST_F(DirectoryOfTheOnlyInstance, KnowsWhoIsMadeMeanwhile) {
  const std::string learned = make("learned", true);
  loaded_ = questions();
  EXPECT_EQ(find(directory_, learned), "New");
  EXPECT_EQ(find_named(directory_, "learned"), "New");
  EXPECT_EQ(questions_since(), 0U);

  const std::string expected = make("expected", false);
  EXPECT_EQ(find_named(directory_, "expected"), "New")
      << "it may be active already, so the registry is asked";
  EXPECT_EQ(find(directory_, expected), "New");
}

TEST_F(DirectoryOfTheOnlyInstance, ForgetsForGood) {
  directory_.forget(id_);
  EXPECT_EQ(find(directory_, id_.text()), "");
  EXPECT_EQ(find_named(directory_, "demo"), "");
  EXPECT_EQ(questions_since(), 0U);
}

TEST_F(DirectoryOfTheOnlyInstance, DoesNotLearnWhoWasForgottenSinceTheQuestion) {
  const auto asked = directory_.expect(ClientId::random(), *DatabaseName::parse("other"));
  auto found = support::run_to_end(driver_, registry_.find(id_));
  directory_.forget(id_);
  directory_.learn(std::move(found), asked);
  EXPECT_EQ(find(directory_, id_.text()), "");
}

TEST_F(DirectoryOfTheOnlyInstance, ReadsAgainWhoMayHaveChanged) {
  table_.rows[0].settings = R"({"client_label":"Changed"})";
  table_.rows[0].settings_version = 1;
  const auto asked = directory_.expect(id_, *DatabaseName::parse("demo"));
  EXPECT_EQ(find(directory_, id_.text()), "Changed") << "before the change is learnt, the registry is asked";
  EXPECT_EQ(find_named(directory_, "demo"), "Changed");
  directory_.learn(support::run_to_end(driver_, registry_.find(id_)), asked);
  loaded_ = questions();
  EXPECT_EQ(find(directory_, id_.text()), "Changed");
  EXPECT_EQ(questions_since(), 0U);
}

TEST_F(DirectoryOfTheOnlyInstance, OfAnswersThatCrossEachOtherTheLaterChangeCounts) {
  auto older = support::run_to_end(driver_, registry_.find(id_));
  table_.rows[0].settings = R"({"client_label":"Changed"})";
  table_.rows[0].settings_version = 1;
  const auto first = directory_.expect(id_, *DatabaseName::parse("demo"));
  const auto second = directory_.expect(id_, *DatabaseName::parse("demo"));
  directory_.learn(support::run_to_end(driver_, registry_.find(id_)), second);
  directory_.learn(std::move(older), first);
  EXPECT_EQ(find(directory_, id_.text()), "Changed");
}

TEST_F(DirectoryOfTheOnlyInstance, AnAnswerFromBeforeAChangeIsNotKept) {
  auto older = support::run_to_end(driver_, registry_.find(id_));
  const auto before = directory_.expect(ClientId::random(), *DatabaseName::parse("other"));
  table_.rows[0].settings = R"({"client_label":"Changed"})";
  table_.rows[0].settings_version = 1;
  directory_.expect(id_, *DatabaseName::parse("demo"));
  directory_.learn(std::move(older), before);
  EXPECT_EQ(find(directory_, id_.text()), "Changed");
}

TEST_F(DirectoryOfTheOnlyInstance, AsksUntilItHasReadAll) {
  TenantDirectory directory(registry_, {.max_age = 1h, .is_alone = true});
  EXPECT_EQ(find_named(directory, "demo"), "Demo");
  EXPECT_EQ(find(directory, ClientId::random().text()), "");
  EXPECT_EQ(questions_since(), 2U);
}

TEST_F(DirectoryTest, AnythingButAnIdIsNotAskedFor) {
  TenantDirectory directory(registry_, {.max_age = 1h});
  for (const std::string& id : std::vector<std::string>{"", "demo", "not-a-uuid", "{" + id_.text() + "}"}) {
    EXPECT_EQ(find(directory, id), "");
  }
  EXPECT_EQ(questions(), 0U);
}

TEST_F(DirectoryTest, TheShapeOfANameDecidesWhereItIsLookedUp) {
  TenantDirectory directory(registry_, {.max_age = 1h});
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
  TenantDirectory directory(registry_, {.max_age = 1h});
  engine_.on_query = [](const engine::Statement& /*statement*/) -> boost::asio::awaitable<std::string> {
    throw engine::EngineError(engine::EngineError::Kind::unavailable, 0, "away");
  };
  EXPECT_EQ(support::error_of(driver_, directory.find(id_.text())), ErrorCode::engine_unavailable);
}

}  // namespace
}  // namespace annals::tenants
