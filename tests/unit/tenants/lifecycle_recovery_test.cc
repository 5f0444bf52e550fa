// What becomes of tenants that were left half made or half deleted.
#include "tenants/lifecycle.h"

#include "unit/tenants/recorded_lifecycle.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;

class LifecycleRecovery : public RecordedLifecycle {
 protected:
  /// Restores a tenant. Returns how that failed.
  std::optional<ErrorCode> restore() {
    return support::error_of(driver_, lifecycle_.restore({.id = restored_,
                                                          .request = request(),
                                                          .secret_hash = crypto::SecretHash("secret"),
                                                          .created_at = text::now(),
                                                          .settings = ""},
                                                         {}));
  }

  const ClientId restored_ = ClientId::random();

  /// Adds the row that a crash has left of a tenant. Returns its id.
  std::string leave(const std::string& name, int state) {
    table_.rows.push_back({.id = ClientId::random().text(),
                           .label = name,
                           .database = name,
                           .secret_hash = crypto::SecretHash("").hex(),
                           .state = state});
    return table_.rows.back().id;
  }
};

TEST_F(LifecycleRecovery, RecoveryRemovesTenantsThatWereLeftHalfMadeOrHalfDeleted) {
  leave("half_made", 1);
  leave("half_deleted", 3);
  recover();
  EXPECT_TRUE(table_.rows.empty());
  EXPECT_EQ(steps_,
            (Steps{"remove files of half_made in state 3", "remove database of half_made in state 3",
                   "remove files of half_deleted in state 3", "remove database of half_deleted in state 3"}));
}

TEST_F(LifecycleRecovery, RecoveryLeavesATenantAloneThatSomebodyIsMaking) {
  leave("in_the_making", 1);
  const auto lease = support::run_to_end(driver_, leases_.acquire("name:in_the_making"));
  recover();
  EXPECT_EQ(table_.rows.at(0).state, 1);
  EXPECT_TRUE(steps_.empty());
}

TEST_F(LifecycleRecovery, RecoveryGoesOnAfterATenantThatCannotBeRemoved) {
  for (const std::string name : {"first", "second"}) {
    leave(name, 3);
  }
  database_.fails_to_remove = true;
  recover();
  EXPECT_EQ(steps_.size(), 4U) << "both were tried";
  EXPECT_EQ(table_.rows.size(), 2U);
}

TEST_F(LifecycleRecovery, OfATenantThatNeverHadItsDatabaseNothingUnderItsNameIsRemoved) {
  database_.is_in_the_way = true;
  ownership_.owned = false;
  EXPECT_EQ(refusal(request()), ErrorCode::tenant_exists);
  EXPECT_EQ(steps_, (Steps{"make files of demo in state 1", "make database of demo in state 1",
                           "remove database of demo in state 3"}))
      << "the files under that name are another's";
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleRecovery, ARowThatALateChangeOfStateBringsBackIsRemovedAgain) {
  const ClientId id = make();
  table_.brings_back = 1;
  EXPECT_EQ(support::error_of(driver_, lifecycle_.remove(id)), ErrorCode::overloaded) << "it is not gone";
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows[0].state, 3) << "recovery takes it up";
  recover();
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleRecovery, AnActivationWithoutAnAnswerFindsTheRowWheneverItComes) {
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

TEST_F(LifecycleRecovery, ATenantThatCouldNotBeMadeIsRolledBackAndTheErrorIsTheFirst) {
  database_.fails_to_make = true;
  files_.fails_to_remove = true;  // the roll-back fails too
  EXPECT_EQ(refusal(request()), ErrorCode::engine_unavailable);
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows[0].state, 3) << "left to the sweep";
  files_.fails_to_remove = false;
  recover();
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleRecovery, ATenantWhoseBelongingIsInTheWayIsRolledBack) {
  database_.is_in_the_way = true;
  EXPECT_EQ(refusal(request()), ErrorCode::tenant_exists);
  EXPECT_EQ(steps_, (Steps{"make files of demo in state 1", "make database of demo in state 1",
                           "remove files of demo in state 3", "remove database of demo in state 3"}));
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleRecovery, AnActivationThatWasNotSentLeavesNothing) {
  const auto execute = engine_.on_execute;
  engine_.on_execute = [&](const engine::Statement& statement) {
    if (support::parameter(statement, "state") != "2") return execute(statement);
    return []() -> awaitable<void> {
      throw Error(ErrorCode::overloaded, "too much at once");
      co_return;
    }();
  };
  EXPECT_EQ(refusal(request()), ErrorCode::overloaded);
  EXPECT_TRUE(table_.rows.empty()) << "nothing can come late";
}

TEST_F(LifecycleRecovery, ATenantIsNotRestoredWhileSomebodyDeletesIt) {
  {
    // Its row has gone already, and the deletion still looks whether it comes back.
    const auto lease = support::run_to_end(driver_, leases_.acquire("tenant:" + restored_.text()));
    EXPECT_EQ(restore(), ErrorCode::overloaded);
    EXPECT_TRUE(table_.rows.empty());
  }
  EXPECT_EQ(restore(), std::nullopt);
  EXPECT_EQ(table_.rows.size(), 1U);
}

TEST_F(LifecycleRecovery, ATenantWhoseEventsAreThereIsNotRestored) {
  ownership_.has_events = true;
  EXPECT_EQ(restore(), ErrorCode::tenant_exists);
  EXPECT_TRUE(table_.rows.empty()) << "by a row the sweep would find what it may remove";
  EXPECT_TRUE(steps_.empty());
}

TEST_F(LifecycleRecovery, SaysWhatIsGoneAndNothingElse) {
  const auto recovered = [this] {
    testing::internal::CaptureStderr();
    recover();
    return testing::internal::GetCapturedStderr();
  };
  const std::string id = leave("half_deleted", 3);
  {
    const auto lease = support::run_to_end(driver_, leases_.acquire("tenant:" + id));
    EXPECT_EQ(recovered(), "") << "another does it";
  }
  const std::string told = recovered();
  EXPECT_TRUE(told.contains("a half-done tenant is gone") && told.contains(id)) << told;
}

}  // namespace
}  // namespace annals::tenants
