#include "tenants/lifecycle.h"

#include "unit/tenants/recorded_lifecycle.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;

class LifecycleTest : public RecordedLifecycle {};

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

TEST_F(LifecycleTest, TheLogSaysWhichOfTheTwoIsTaken) {
  make(request("demo", "Demo"));
  const auto log_text = [this](const NewTenant& tenant) {
    return support::log_text_of(driver_, initialise(lifecycle_, tenant));
  };
  EXPECT_TRUE(log_text(request("demo", "Demo")).contains("the database_name and the client_label are taken"));
  EXPECT_TRUE(log_text(request("demo", "Other")).contains("the database_name is taken"));
  EXPECT_TRUE(log_text(request("other", "Demo")).contains("the client_label is taken"));
}

TEST_F(LifecycleTest, OfTwoThatWantTheSameNameAtOnceOneWins) {
  support::Started first(driver_, initialise(lifecycle_, request("demo", "One")));
  support::Started second(driver_, initialise(lifecycle_, request("demo", "Two")));
  const int refused = (error_of(first) == ErrorCode::tenant_exists ? 1 : 0) +
                      (error_of(second) == ErrorCode::tenant_exists ? 1 : 0);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(table_.rows.size(), 1U);
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

TEST_F(LifecycleTest, ARemovalUnderANameThatWasGivenAgainStopsAtItsFence) {
  const ClientId id = make();
  steps_.clear();
  files_.before_fence = [&] { ownership_.owned = false; };  // another instance has finished meanwhile
  EXPECT_EQ(support::error_of(driver_, lifecycle_.remove(id)), ErrorCode::overloaded);
  EXPECT_EQ(steps_, Steps{"remove files of demo in state 3"});
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
