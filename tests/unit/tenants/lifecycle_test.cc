#include "tenants/lifecycle.h"

#include <gtest/gtest.h>

#include "io/wake.h"
#include "leases/in_process_leases.h"
#include "support/driven.h"
#include "support/tenants_table.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;
using Steps = std::vector<std::string>;

/// A belonging that writes down what is asked of it, and does what the test says.
class RecordedBelonging final : public Belonging {
 public:
  RecordedBelonging(std::string name, Steps& steps, const support::TenantsTable& table)
      : name_(std::move(name)), steps_(steps), table_(table) {}

  awaitable<bool> make(Owner owner) override {
    note("make", owner);
    if (after_make) after_make();
    if (fails_to_make) throw engine::EngineError(engine::EngineError::Kind::unknown, 0, "lost");
    co_return !is_in_the_way;
  }
  awaitable<void> remove(Owner owner, Fence fence) override {
    note("remove", owner);
    if (before_fence) before_fence();
    co_await fence();
    if (hold) co_await io::suspend([this](io::Wake wake) { held = std::move(wake); });
    if (fails_to_remove) throw Error(ErrorCode::files_not_deleted, "Tenant:x files not deleted.");
  }
  [[nodiscard]] bool carries_owner() const override { return says_whose; }
  awaitable<bool> is_cleaning_up(DatabaseName /*name*/) override { co_return cleaning_up; }

  bool is_in_the_way = false;
  bool fails_to_make = false;
  bool fails_to_remove = false;
  bool cleaning_up = false;
  bool hold = false;
  io::Wake held = {};
  bool says_whose = false;
  std::function<void()> after_make = {};
  std::function<void()> before_fence = {};

 private:
  /// "make files of demo in state 1", so that a test sees what the registry said at that moment.
  void note(std::string_view what, const Owner& owner) {
    const auto* row = table_.find(owner.id.text());
    steps_.push_back(fmt::format("{} {} of {} in state {}", what, name_, owner.database.text(),
                                 row == nullptr ? 0 : row->state));
  }

  const std::string name_;
  Steps& steps_;
  const support::TenantsTable& table_;
};

/// Says what the test wants about whose the databases are.
class ToldOwnership final : public Ownership {
 public:
  awaitable<bool> is_owned(Owner /*owner*/) override { co_return owned; }
  bool owned = true;
};

class LifecycleTest : public testing::Test {
 protected:
  LifecycleTest() {
    table_.answer_for(engine_);
    database_.says_whose = true;
  }

  static NewTenant request(const std::string& name = "demo", const std::string& label = "Demo") {
    return {.database = DatabaseName::parse(name).value(), .label = label};
  }
  /// InitialisedTenant has no default constructor, which Asio's coroutines need of a result.
  static awaitable<std::optional<InitialisedTenant>> initialise(Lifecycle& lifecycle, NewTenant tenant) {
    auto made = co_await lifecycle.initialise(std::move(tenant));
    co_return made;
  }
  ClientId make(const NewTenant& tenant = request()) {
    return support::run_to_end(driver_, initialise(lifecycle_, tenant)).value().id;
  }
  std::optional<ErrorCode> refusal(const NewTenant& tenant) {
    return support::error_of(driver_, initialise(lifecycle_, tenant));
  }
  void recover() { support::run_to_end(driver_, lifecycle_.recover(std::chrono::milliseconds(0))); }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::TenantsTable table_;
  Steps steps_;
  RecordedBelonging files_{"files", steps_, table_};
  RecordedBelonging database_{"database", steps_, table_};
  Registry registry_{engine_};
  TenantDirectory directory_{registry_, {.max_age = std::chrono::hours(1)}};
  leases::InProcessLeases leases_;
  ToldOwnership ownership_;
  Lifecycle lifecycle_{{.registry = registry_,
                        .directory = directory_,
                        .leases = leases_,
                        .ownership = ownership_,
                        .belongings = {files_, database_}}};
};

TEST_F(LifecycleTest, ATenantIsMadeStepByStepAfterItsRow) {
  const ClientId id = make();
  EXPECT_EQ(steps_, (Steps{"make files of demo in state 1", "make database of demo in state 1"}));
  ASSERT_NE(table_.find(id.text()), nullptr);
  EXPECT_EQ(table_.find(id.text())->state, 2) << "active when everything is made";
}

TEST_F(LifecycleTest, ASecondTenantOfTheSameNameOrLabelIsRefusedAndLeavesNothing) {
  make(request("demo", "Demo"));
  steps_.clear();
  EXPECT_EQ(refusal(request("demo", "Other")), ErrorCode::tenant_exists);
  EXPECT_EQ(refusal(request("other", "Demo")), ErrorCode::tenant_exists);
  EXPECT_EQ(refusal(request("System", "New")), ErrorCode::tenant_exists) << "the engine's own names";
  EXPECT_TRUE(steps_.empty());
  EXPECT_EQ(table_.rows.size(), 1U);
}

TEST_F(LifecycleTest, OfTwoThatWantTheSameNameAtOnceOneWins) {
  support::Started first(driver_, initialise(lifecycle_, request("demo", "One")));
  support::Started second(driver_, initialise(lifecycle_, request("demo", "Two")));
  const int refused = (error_of(first) == ErrorCode::tenant_exists ? 1 : 0) +
                      (error_of(second) == ErrorCode::tenant_exists ? 1 : 0);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(table_.rows.size(), 1U);
}

TEST_F(LifecycleTest, ATenantWhoseBelongingIsInTheWayIsRolledBack) {
  database_.is_in_the_way = true;
  EXPECT_EQ(refusal(request()), ErrorCode::tenant_exists);
  EXPECT_EQ(steps_, (Steps{"make files of demo in state 1", "make database of demo in state 1",
                           "remove files of demo in state 3", "remove database of demo in state 3"}));
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleTest, ATenantThatCouldNotBeMadeIsRolledBackAndTheErrorIsTheFirst) {
  database_.fails_to_make = true;
  files_.fails_to_remove = true;  // the roll-back fails too
  EXPECT_EQ(refusal(request()), ErrorCode::engine_unavailable);
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows[0].state, 3) << "left to the sweep";
  files_.fails_to_remove = false;
  recover();
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleTest, ADeletionRemovesBelongingsInOrderAndTheRowLast) {
  const ClientId id = make();
  steps_.clear();
  support::run_to_end(driver_, lifecycle_.remove(id));
  EXPECT_EQ(steps_, (Steps{"remove files of demo in state 3", "remove database of demo in state 3"}));
  EXPECT_TRUE(table_.rows.empty());
  EXPECT_EQ(support::error_of(driver_, lifecycle_.remove(id)), ErrorCode::unknown_client);
}

TEST_F(LifecycleTest, ADeletionThatFailsRefusesDataAtOnceAndIsResumedByTheSameRequest) {
  const ClientId id = make();
  ASSERT_TRUE(support::run_to_end(driver_, directory_.find(id.text())));
  files_.fails_to_remove = true;
  EXPECT_EQ(support::error_of(driver_, lifecycle_.remove(id)), ErrorCode::files_not_deleted);
  EXPECT_FALSE(support::run_to_end(driver_, directory_.find(id.text()))) << "it serves no data any more";
  ASSERT_NE(table_.find(id.text()), nullptr);
  EXPECT_EQ(table_.find(id.text())->state, 3);
  files_.fails_to_remove = false;
  support::run_to_end(driver_, lifecycle_.remove(id));
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleTest, ADeletionRemovesTheSettingsThatThereAre) {
  support::run_to_end(driver_, lifecycle_.remove(make()));
  EXPECT_EQ(table_.settings_removed, 0) << "there were none";
  const ClientId id = make();
  table_.rows.front().settings_version = 1;
  support::run_to_end(driver_, lifecycle_.remove(id));
  EXPECT_EQ(table_.settings_removed, 1);
}

TEST_F(LifecycleTest, TwoDeletionsOfOneTenantDoNotWorkAtTheSameTime) {
  const ClientId id = make();
  steps_.clear();
  files_.hold = true;
  support::Started first(driver_, lifecycle_.remove(id));
  driver_.settle();
  support::Started second(driver_, lifecycle_.remove(id));
  driver_.settle();
  EXPECT_EQ(steps_.size(), 1U) << "the second waits for the first";
  EXPECT_FALSE(second.ended());
  files_.held();
  first.get();
  second.get();
  EXPECT_EQ(steps_.size(), 2U);
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleTest, ANameWhoseLateUploadsAreBeingRemovedIsWaitedFor) {
  files_.cleaning_up = true;
  auto lease = support::run_to_end(driver_, leases_.acquire("name:demo"));
  support::Started made(driver_, initialise(lifecycle_, request()));
  driver_.settle();
  EXPECT_FALSE(made.ended()) << "it is no other tenant, so the name is not taken";
  lease.reset();
  EXPECT_TRUE(made.get());
}

TEST_F(LifecycleTest, ANameThatAnotherInitialisationHoldsIsTaken) {
  const auto lease = support::run_to_end(driver_, leases_.acquire("name:demo"));
  EXPECT_EQ(refusal(request()), ErrorCode::tenant_exists);
}

TEST_F(LifecycleTest, RecoveryRemovesTenantsThatWereLeftHalfMadeOrHalfDeleted) {
  table_.rows.push_back({.id = ClientId::random().text(),
                         .label = "a",
                         .database = "half_made",
                         .secret_hash = crypto::SecretHash("").hex(),
                         .state = 1});
  table_.rows.push_back({.id = ClientId::random().text(),
                         .label = "b",
                         .database = "half_deleted",
                         .secret_hash = crypto::SecretHash("").hex(),
                         .state = 3});
  recover();
  EXPECT_TRUE(table_.rows.empty());
  EXPECT_EQ(steps_,
            (Steps{"remove files of half_made in state 3", "remove database of half_made in state 3",
                   "remove files of half_deleted in state 3", "remove database of half_deleted in state 3"}));
}

TEST_F(LifecycleTest, RecoveryLeavesATenantAloneThatSomebodyIsMaking) {
  table_.rows.push_back({.id = ClientId::random().text(),
                         .label = "a",
                         .database = "in_the_making",
                         .secret_hash = crypto::SecretHash("").hex(),
                         .state = 1});
  const auto lease = support::run_to_end(driver_, leases_.acquire("name:in_the_making"));
  recover();
  EXPECT_EQ(table_.rows.at(0).state, 1);
  EXPECT_TRUE(steps_.empty());
}

TEST_F(LifecycleTest, RecoveryGoesOnAfterATenantThatCannotBeRemoved) {
  for (const std::string name : {"first", "second"}) {
    table_.rows.push_back({.id = ClientId::random().text(),
                           .label = name,
                           .database = name,
                           .secret_hash = crypto::SecretHash("").hex(),
                           .state = 3});
  }
  database_.fails_to_remove = true;
  recover();
  EXPECT_EQ(steps_.size(), 4U) << "both were tried";
  EXPECT_EQ(table_.rows.size(), 2U);
}

TEST_F(LifecycleTest, OfATenantThatNeverHadItsDatabaseNothingUnderItsNameIsRemoved) {
  database_.is_in_the_way = true;
  ownership_.owned = false;
  EXPECT_EQ(refusal(request()), ErrorCode::tenant_exists);
  EXPECT_EQ(steps_, (Steps{"make files of demo in state 1", "make database of demo in state 1",
                           "remove database of demo in state 3"}))
      << "the files under that name are another's";
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleTest, ARemovalUnderANameThatWasGivenAgainStopsAtItsFence) {
  const ClientId id = make();
  steps_.clear();
  files_.before_fence = [&] { ownership_.owned = false; };  // another instance has finished meanwhile
  EXPECT_EQ(support::error_of(driver_, lifecycle_.remove(id)), ErrorCode::overloaded);
  EXPECT_EQ(steps_, Steps{"remove files of demo in state 3"});
}

TEST_F(LifecycleTest, ARowThatALateChangeOfStateBringsBackIsRemovedAgain) {
  const ClientId id = make();
  table_.brings_back = 1;
  EXPECT_EQ(support::error_of(driver_, lifecycle_.remove(id)), ErrorCode::overloaded) << "it is not gone";
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows[0].state, 3) << "recovery takes it up";
  recover();
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleTest, AnActivationWithoutAnAnswerFindsTheRowWheneverItComes) {
  const auto execute = engine_.on_execute;
  engine_.on_execute = [&](const engine::Statement& statement) {
    if (support::parameter(statement, "state") != "2") return execute(statement);
    return support::fail_with({engine::EngineError::Kind::unknown, 0, "it has read the row, and hangs"});
  };
  EXPECT_EQ(refusal(request()), ErrorCode::engine_unavailable);
  ASSERT_EQ(table_.rows.size(), 1U) << "a row that is not there would be brought back, active";
  EXPECT_EQ(table_.rows[0].state, 4) << "given up: it outranks an active one";
  recover();
  EXPECT_TRUE(table_.rows.empty()) << "the activation cannot come any more";
}

TEST_F(LifecycleTest, ATenantWhoseRowHasGoneBeforeItsActivationIsNotAnnounced) {
  database_.after_make = [&] { table_.rows.clear(); };  // the sweep of another instance gave up on it
  EXPECT_EQ(refusal(request()), ErrorCode::overloaded);
  EXPECT_TRUE(table_.rows.empty());
}

// --- how long one waits for others ---

class ImpatientLifecycleTest : public LifecycleTest {
 protected:
  Lifecycle impatient_{{.registry = registry_,
                        .directory = directory_,
                        .leases = leases_,
                        .ownership = ownership_,
                        .belongings = {files_, database_},
                        .poll_interval = std::chrono::milliseconds(1),
                        .wait_for_other = std::chrono::milliseconds(20),
                        .wait_for_clean_up = std::chrono::milliseconds(20)}};
};

TEST_F(ImpatientLifecycleTest, ANameWhoseCleanUpTakesLongIsNotSaidToBeTaken) {
  files_.cleaning_up = true;
  const auto lease = support::run_to_end(driver_, leases_.acquire("name:demo"));
  EXPECT_EQ(support::error_of(driver_, initialise(impatient_, request())), ErrorCode::overloaded);
}

TEST_F(ImpatientLifecycleTest, ADeletionThatAnotherDoesForLongIsNotSaidToBeDone) {
  const ClientId id = make();
  const auto lease = support::run_to_end(driver_, leases_.acquire("tenant:" + id.text()));
  EXPECT_EQ(support::error_of(driver_, impatient_.remove(id)), ErrorCode::overloaded);
  EXPECT_EQ(table_.rows.size(), 1U);
}

// --- what requests see meanwhile ---

/// Asks a directory for the only tenant whenever the registry changes.
class ReadMeanwhile {
 public:
  ReadMeanwhile(support::ScriptedEngine& engine, const support::TenantsTable& table,
                TenantDirectory& directory)
      : table_(table), directory_(directory), change_(engine.on_execute) {
    engine.on_execute = [this](engine::Statement statement) { return between_reads(std::move(statement)); };
  }

  bool was_active_and_unknown = false;

 private:
  awaitable<void> between_reads(engine::Statement statement) {
    co_await read();
    co_await change_(std::move(statement));
    co_await read();
  }
  awaitable<void> read() {
    if (table_.rows.empty()) co_return;
    const bool is_active = table_.rows.front().state == 2;
    const auto found = co_await directory_.find(table_.rows.front().id);
    if (is_active && !found) was_active_and_unknown = true;
  }

  const support::TenantsTable& table_;
  TenantDirectory& directory_;
  std::function<awaitable<void>(engine::Statement)> change_;
};

TEST_F(LifecycleTest, ATenantIsServedFromTheMomentWhenItIsActive) {
  TenantDirectory alone(registry_, {.max_age = std::chrono::hours(1), .is_alone = true});
  support::run_to_end(driver_, alone.load());
  Lifecycle lifecycle({.registry = registry_,
                       .directory = alone,
                       .leases = leases_,
                       .ownership = ownership_,
                       .belongings = {files_, database_}});
  ReadMeanwhile reader(engine_, table_, alone);
  support::run_to_end(driver_, initialise(lifecycle, request()));
  EXPECT_FALSE(reader.was_active_and_unknown);
}

TEST_F(LifecycleTest, ARequestThatComesWhileADeletionBeginsLeavesNoRouteToTheTenant) {
  const ClientId id = make();
  ReadMeanwhile reader(engine_, table_, directory_);
  files_.fails_to_remove = true;
  EXPECT_EQ(support::error_of(driver_, lifecycle_.remove(id)), ErrorCode::files_not_deleted);
  EXPECT_FALSE(support::run_to_end(driver_, directory_.find(id.text())));
}

TEST_F(LifecycleTest, ATenantWhoseDeletionAnotherInstanceBeganIsServedNoLongerOnceItIsGone) {
  const ClientId id = make();
  ASSERT_TRUE(support::run_to_end(driver_, directory_.find(id.text())));
  table_.rows.front().state = 3;
  recover();
  EXPECT_TRUE(table_.rows.empty());
  EXPECT_FALSE(support::run_to_end(driver_, directory_.find(id.text())));
}

}  // namespace
}  // namespace annals::tenants
