// Under which leases a tenant is made and deleted, and what is done once one of them is lost: another
// instance may be at work on the same name then.

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "leases/errors.h"
#include "support/coroutines/driven.h"
#include "support/simulated/tenants_table.h"
#include "tenants/lifecycle.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;
using Steps = std::vector<std::string>;

/// Writes down what is done, each step with the state that the only tenant has at that time.
class Record {
 public:
  explicit Record(const support::TenantsTable& table) : table_(table) {}
  void note(const std::string& what) {
    steps.push_back(fmt::format("{} ({})", what, table_.rows.empty() ? 0 : table_.rows.front().state));
  }
  Steps steps = {};

 private:
  const support::TenantsTable& table_;
};

/// Gives out every lease. Of all that are kept one is lost, if the test says so.
class RecordedLeases final : public leases::Leases {
 public:
  explicit RecordedLeases(Record& record) : record_(record) {}

  awaitable<std::unique_ptr<leases::Lease>> acquire(std::string key) override {
    key = key.substr(0, key.find(':'));
    record_.note("acquire " + key);
    if (before_acquire) before_acquire(key);
    if (held_elsewhere == key && times_held-- > 0) co_return nullptr;
    co_return std::make_unique<Held>(*this, std::move(key));
  }
  awaitable<void> clean_up() override {
    record_.note("clean up");
    co_return;
  }

  int lost_at = 0;  // the keep() that fails, from 1; 0: none does
  std::function<void(const std::string&)> before_acquire = {};
  std::string held_elsewhere = {};  // the kind of lease that another instance holds
  int times_held = 0;               // how often it is asked for in vain

 private:
  class Held final : public leases::Lease {
   public:
    Held(RecordedLeases& leases, std::string key) : leases_(leases), key_(std::move(key)) {}
    awaitable<void> keep() override {
      leases_.record_.note("keep " + key_);
      if (++leases_.kept_ == leases_.lost_at) throw leases::taken_over("a lease has expired");
      co_return;
    }
    awaitable<void> release() override {
      leases_.record_.note("release " + key_);
      co_return;
    }

   private:
    RecordedLeases& leases_;
    std::string key_;
  };

  Record& record_;
  int kept_ = 0;
};

/// A belonging that carries its owner, or does not.
class RecordedThing final : public Belonging {
 public:
  RecordedThing(std::string name, bool carries_owner, Record& record)
      : name_(std::move(name)), carries_owner_(carries_owner), record_(record) {}

  awaitable<bool> make(Owner /*owner*/) override {
    record_.note("make " + name_);
    co_return true;
  }
  awaitable<void> remove(Owner /*owner*/, Fence fence) override {
    record_.note("look for " + name_);
    co_await fence();
    record_.note("remove " + name_);
  }
  [[nodiscard]] bool carries_owner() const override { return carries_owner_; }

 private:
  std::string name_;
  bool carries_owner_;
  Record& record_;
};

class RecordedOwnership final : public Ownership {
 public:
  explicit RecordedOwnership(Record& record) : record_(record) {}
  awaitable<bool> is_owned(Owner /*owner*/) override {
    record_.note("ask whose");
    co_return true;
  }
  awaitable<bool> holds_events(ClientId /*id*/) override {
    record_.note("look for events");
    co_return false;
  }

 private:
  Record& record_;
};

class LifecycleLeasesTest : public testing::Test {
 protected:
  LifecycleLeasesTest() { table_.answer_for(engine_); }

  static awaitable<void> initialise(Lifecycle& lifecycle) {
    co_await lifecycle.initialise({.database = DatabaseName::parse("demo").value(), .label = "Demo"});
  }
  std::optional<ErrorCode> make() { return support::error_of(driver_, initialise(lifecycle_)); }
  std::optional<ErrorCode> restore(const ClientId& id, Lifecycle::Fill fill = {}, std::string settings = {}) {
    return support::error_of(
        driver_,
        lifecycle_.restore({.id = id,
                            .request = {.database = DatabaseName::parse("demo").value(), .label = "Demo"},
                            .secret_hash = crypto::SecretHash("secret"),
                            .created_at = Timestamp(std::chrono::milliseconds(1234)),
                            .settings = std::move(settings)},
                           std::move(fill)));
  }
  awaitable<void> note_fill(Fence keep) {
    record_.note("fill");
    co_await keep();
  }
  ClientId add_tenant(int state) {
    const ClientId id = ClientId::random();
    table_.rows.push_back({.id = id.text(),
                           .label = "Demo",
                           .database = "demo",
                           .secret_hash = crypto::SecretHash("").hex(),
                           .state = state});
    return id;
  }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::TenantsTable table_;
  Record record_{table_};
  RecordedThing files_{"files", false, record_};
  RecordedThing database_{"database", true, record_};
  RecordedLeases leases_{record_};
  RecordedOwnership ownership_{record_};
  Registry registry_{engine_};
  TenantDirectory directory_{registry_, {.max_age = std::chrono::hours(1)}};
  Lifecycle lifecycle_{{.registry = registry_,
                        .directory = directory_,
                        .leases = leases_,
                        .ownership = ownership_,
                        .belongings = {files_, database_},
                        .poll_interval = std::chrono::milliseconds(1),
                        .wait_for_other = std::chrono::milliseconds(20)}};
};

TEST_F(LifecycleLeasesTest, BothClaimsAreKeptBeforeTheRowBeforeItIsActiveAndAfterIt) {
  EXPECT_EQ(make(), std::nullopt);
  EXPECT_EQ(record_.steps,
            (Steps{"acquire name (0)", "acquire label (0)", "keep name (0)", "keep label (0)",
                   "make files (1)", "make database (1)", "keep name (1)", "keep label (1)", "keep name (2)",
                   "keep label (2)", "release label (2)", "release name (2)"}));
}

class LostLease : public LifecycleLeasesTest, public testing::WithParamInterface<int> {};

TEST_P(LostLease, LeavesNoTenant) {
  leases_.lost_at = GetParam();
  EXPECT_EQ(make(), ErrorCode::overloaded);
  EXPECT_TRUE(table_.rows.empty());
  EXPECT_EQ(record_.steps.back(), "release name (0)") << "the name is free at once";
}

TEST_P(LostLease, StopsADeletionBeforeItsNextStep) {
  const ClientId id = add_tenant(2);
  leases_.lost_at = GetParam();
  const std::optional<ErrorCode> error = support::error_of(driver_, lifecycle_.remove(id));
  if (GetParam() == 6) {  // it has five
    EXPECT_EQ(error, std::nullopt);
    return;
  }
  EXPECT_EQ(error, ErrorCode::overloaded);
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows.front().state, 3);
  ASSERT_GE(record_.steps.size(), 2U);
  EXPECT_EQ(record_.steps[record_.steps.size() - 2], "keep tenant (3)") << "nothing comes after the loss";
  EXPECT_EQ(record_.steps.back(), "release tenant (3)");
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, LostLease, testing::Range(1, 7));

TEST_F(LifecycleLeasesTest, ADeletionKeepsItsLeaseBeforeEveryStep) {
  const ClientId id = add_tenant(2);
  support::run_to_end(driver_, lifecycle_.remove(id));
  EXPECT_EQ(record_.steps,
            (Steps{"acquire tenant (3)", "keep tenant (3)", "ask whose (3)", "look for files (3)",
                   "keep tenant (3)", "ask whose (3)", "remove files (3)", "keep tenant (3)",
                   "look for database (3)", "keep tenant (3)", "remove database (3)", "keep tenant (3)",
                   "release tenant (0)"}));
}

TEST_F(LifecycleLeasesTest, ARecoveryTakesTheNameBeforeItGivesUpOnATenant) {
  add_tenant(1);
  support::run_to_end(driver_, lifecycle_.recover(std::chrono::milliseconds(0)));
  ASSERT_GE(record_.steps.size(), 3U);
  EXPECT_EQ(record_.steps[0], "acquire name (1)");
  EXPECT_EQ(record_.steps[1], "release name (3)");
  EXPECT_EQ(record_.steps[2], "acquire tenant (3)");
  EXPECT_EQ(record_.steps.back(), "clean up (0)");
  EXPECT_EQ(lifecycle_.unfinished()->creating, 1U);
  EXPECT_EQ(lifecycle_.unfinished()->deleting, 0U);
  add_tenant(3);
  support::run_to_end(driver_, lifecycle_.recover(std::chrono::milliseconds(0)));
  EXPECT_EQ(lifecycle_.unfinished()->creating, 0U);
  EXPECT_EQ(lifecycle_.unfinished()->deleting, 1U);
}

TEST_F(LifecycleLeasesTest, ARecoveryLeavesATenantAloneThatWasMadeMeanwhile) {
  add_tenant(1);
  leases_.before_acquire = [&](const std::string& /*key*/) { table_.rows.front().state = 2; };
  support::run_to_end(driver_, lifecycle_.recover(std::chrono::milliseconds(0)));
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows.front().state, 2);
}

TEST_F(LifecycleLeasesTest, ATenantThatIsBeingMadeCannotBeDeleted) {
  const ClientId id = add_tenant(1);
  EXPECT_EQ(support::error_of(driver_, lifecycle_.remove(id)), ErrorCode::unknown_client);
  EXPECT_EQ(table_.rows.front().state, 1);
}

TEST_F(LifecycleLeasesTest, ARestoredTenantIsFilledBeforeItIsActive) {
  const ClientId id = ClientId::random();
  const auto fill = [this](Fence keep) { return note_fill(std::move(keep)); };
  EXPECT_EQ(restore(id, fill), std::nullopt);
  EXPECT_EQ(record_.steps, (Steps{"acquire restore (0)",
                                  "acquire tenant (0)",
                                  "look for events (0)",
                                  "release tenant (0)",
                                  "keep restore (0)",
                                  "acquire name (0)",
                                  "acquire label (0)",
                                  "keep restore (0)",
                                  "keep name (0)",
                                  "keep label (0)",
                                  "make files (1)",
                                  "make database (1)",
                                  "fill (1)",
                                  "keep restore (1)",
                                  "keep name (1)",
                                  "keep label (1)",
                                  "keep restore (1)",
                                  "keep name (1)",
                                  "keep label (1)",
                                  "keep restore (2)",
                                  "keep name (2)",
                                  "keep label (2)",
                                  "release label (2)",
                                  "release name (2)",
                                  "release restore (2)"}));
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows.front().id, id.text());
  EXPECT_EQ(table_.rows.front().secret_hash, crypto::SecretHash("secret").hex());
}

TEST_F(LifecycleLeasesTest, ARestoredTenantHasItsSettingsBeforeItIsActive) {
  for (const std::string& settings : {std::string(R"({"suspended":true})"), std::string()}) {
    table_.rows.clear();
    int state_when_written = 0;
    const auto insert = engine_.on_insert;
    engine_.on_insert = [&](const engine::Insert& written) {
      state_when_written = table_.rows.front().state;
      EXPECT_TRUE(written.rows.contains(settings.empty() ? "{}" : settings));
      return insert(written);
    };
    EXPECT_EQ(restore(ClientId::random(), {}, settings), std::nullopt);
    EXPECT_EQ(state_when_written, 1) << "also if there are none: some of an earlier life may come late";
    engine_.on_insert = insert;
  }
}

TEST_F(LifecycleLeasesTest, ARestorationThatLosesItsIdMakesNothing) {
  leases_.lost_at = 1;
  EXPECT_EQ(restore(ClientId::random()), ErrorCode::overloaded);
  EXPECT_TRUE(table_.rows.empty());
  EXPECT_EQ(record_.steps, (Steps{"acquire restore (0)", "acquire tenant (0)", "look for events (0)",
                                  "release tenant (0)", "keep restore (0)", "release restore (0)"}));
}

TEST_F(LifecycleLeasesTest, ATenantIsNotRestoredWhoseIdIsThere) {
  const ClientId id = add_tenant(2);
  EXPECT_EQ(restore(id), ErrorCode::tenant_exists);
  EXPECT_EQ(record_.steps, (Steps{"acquire restore (2)", "acquire tenant (2)", "release tenant (2)",
                                  "release restore (2)"}));
}

class HeldByASweep : public LifecycleLeasesTest, public testing::WithParamInterface<const char*> {
 protected:
  HeldByASweep() { leases_.held_elsewhere = GetParam(); }
};

TEST_P(HeldByASweep, ARestorationWaits) {
  leases_.times_held = 3;
  EXPECT_EQ(restore(ClientId::random()), std::nullopt);
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows.front().state, 2);
}

TEST_P(HeldByASweep, ARestorationDoesNotWaitForEver) {
  leases_.times_held = std::numeric_limits<int>::max();
  EXPECT_EQ(restore(ClientId::random()), ErrorCode::overloaded);
  EXPECT_TRUE(table_.rows.empty());
}

TEST_P(HeldByASweep, ARestorationDoesNotWaitForWhoIsMakingTheTenant) {
  leases_.times_held = std::numeric_limits<int>::max();
  EXPECT_EQ(restore(add_tenant(1)), ErrorCode::tenant_exists);
  EXPECT_EQ(leases_.times_held, std::numeric_limits<int>::max() - 1);
}

INSTANTIATE_TEST_SUITE_P(OfEitherKind, HeldByASweep, testing::Values("restore", "tenant"));

TEST_F(LifecycleLeasesTest, ARecoveryLeavesATenantAloneThatIsRestoredUnderAnotherNameMeanwhile) {
  add_tenant(1);
  leases_.before_acquire = [&](const std::string& /*key*/) { table_.rows.front().database = "another"; };
  support::run_to_end(driver_, lifecycle_.recover(std::chrono::milliseconds(0)));
  ASSERT_EQ(table_.rows.size(), 1U);
  EXPECT_EQ(table_.rows.front().state, 1) << "its makers hold the lease on the other name";
}

TEST_F(LifecycleLeasesTest, ADeletionLeavesATenantAloneThatWasRestoredMeanwhile) {
  for (const int state : {1, 2}) {
    record_.steps.clear();
    table_.rows.clear();
    add_tenant(3);
    leases_.before_acquire = [&](const std::string& /*key*/) { table_.rows.front().state = state; };
    support::run_to_end(driver_, lifecycle_.recover(std::chrono::milliseconds(0)));
    ASSERT_EQ(table_.rows.size(), 1U) << "state " << state;
    EXPECT_EQ(table_.rows.front().state, state);
    const std::string in_state = " (" + std::to_string(state) + ")";
    EXPECT_EQ(record_.steps,
              (Steps{"acquire tenant (3)", "release tenant" + in_state, "clean up" + in_state}));
  }
}

TEST_F(LifecycleLeasesTest, WhatCouldNotBeFilledIsRemoved) {
  const auto fill = [](Fence /*keep*/) -> awaitable<void> {
    throw Error(ErrorCode::overloaded, "the backup cannot be read");
    co_return;
  };
  EXPECT_EQ(restore(ClientId::random(), fill), ErrorCode::overloaded);
  EXPECT_TRUE(table_.rows.empty());
}

TEST_F(LifecycleLeasesTest, NoLeaseIsGivenBackIfThereIsNone) {
  support::run_to_end(driver_, leases::release_quietly(nullptr));
}

}  // namespace
}  // namespace annals::tenants
