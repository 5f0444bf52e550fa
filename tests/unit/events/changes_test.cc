#include "events/changes.h"

#include <optional>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "support/coroutines/driven.h"
#include "support/simulated/scripted_engine.h"

namespace annals::events {
namespace {

using namespace std::chrono_literals;

class ChangesTest : public testing::Test {
 protected:
  EventsTable table() {
    return {.engine = engine_, .database = *DatabaseName::parse("shop"), .owner = owner_};
  }
  static Changes::Clock::time_point in(std::chrono::milliseconds time) {
    return Changes::Clock::now() + time;
  }

  const ClientId owner_ = ClientId::random();
  Changes changes_{true};
  support::Driver driver_;

 private:
  support::ScriptedEngine engine_;
};

TEST_F(ChangesTest, HaveATagThatDiffersAfterEachWriteAndNotBefore) {
  const auto before = changes_.tag(owner_);
  {
    Changes::Write write(changes_, owner_);
    EXPECT_EQ(changes_.tag(owner_), before) << "nothing is acknowledged yet";
    write.succeeded(1);
  }
  EXPECT_NE(changes_.tag(owner_), before);
  EXPECT_NE(changes_.tag(owner_), changes_.tag(ClientId::random()));
  EXPECT_NE(Changes(true).tag(owner_), before) << "of another process";
}

TEST_F(ChangesTest, HaveNoTagAgainThatATenantHadBeforeItWasForgotten) {
  std::set<std::optional<std::string>> seen;
  for (int lives = 0; lives < 3; ++lives) {
    EXPECT_TRUE(seen.insert(changes_.tag(owner_)).second) << "before the first change of life " << lives;
    for (int i = 0; i < 3; ++i) {
      changes_.note(owner_);
      EXPECT_TRUE(seen.insert(changes_.tag(owner_)).second) << "change " << i << " of life " << lives;
    }
    changes_.forget(owner_);
  }
  changes_.forget(owner_);
  EXPECT_TRUE(seen.insert(changes_.tag(owner_)).second) << "it was forgotten without a change";
}

TEST_F(ChangesTest, AreNotThoseOfAWriteThatBeganBeforeTheTenantWasForgotten) {
  std::optional<Changes::Write> late(std::in_place, changes_, owner_);
  changes_.forget(owner_);
  changes_.learn_total(owner_, *changes_.quiet_moment(owner_), 10);
  const auto tag = changes_.tag(owner_);
  late->succeeded(1);
  late.reset();
  EXPECT_EQ(changes_.tag(owner_), tag);
  EXPECT_EQ(changes_.total(owner_), 10U);
  EXPECT_TRUE(changes_.quiet_moment(owner_)) << "no write is under way";
}

TEST_F(ChangesTest, HaveNoTagIfOthersMakeSomeToo) {
  const Changes incomplete(false);
  EXPECT_FALSE(incomplete.tag(owner_));
  EXPECT_FALSE(incomplete.quiet_moment(owner_));
}

TEST_F(ChangesTest, CountOnFromATotalThatWasLearnedInAQuietMoment) {
  changes_.learn_total(owner_, *changes_.quiet_moment(owner_), 10);
  {
    Changes::Write write(changes_, owner_);
    write.succeeded(3);
  }
  EXPECT_EQ(changes_.total(owner_), 13U);
}

TEST_F(ChangesTest, LearnNoTotalThatAWriteMayOrMayNotBeIn) {
  const auto moment = changes_.quiet_moment(owner_);
  {
    Changes::Write write(changes_, owner_);
    EXPECT_FALSE(changes_.quiet_moment(owner_));
    changes_.learn_total(owner_, *moment, 10);
    EXPECT_FALSE(changes_.total(owner_));
    write.succeeded(1);
  }
  changes_.learn_total(owner_, *moment, 10);
  EXPECT_FALSE(changes_.total(owner_));
}

TEST_F(ChangesTest, ForgetTheTotalAfterAWriteThatFailed) {
  changes_.learn_total(owner_, *changes_.quiet_moment(owner_), 10);
  {
    const Changes::Write failed(changes_, owner_);
  }
  EXPECT_FALSE(changes_.total(owner_));
}

TEST_F(ChangesTest, WakeThoseWhoWaitForThem) {
  support::Started<void> waiting(driver_, changes_.wait(table(), changes_.count(owner_), in(1h)));
  driver_.settle();
  EXPECT_FALSE(waiting.ended());
  EXPECT_EQ(changes_.waited_for().size(), 1U);

  changes_.note(ClientId::random());
  driver_.settle();
  EXPECT_FALSE(waiting.ended());
  changes_.note(owner_);

  waiting.get();
  EXPECT_TRUE(changes_.waited_for().empty());
}

TEST_F(ChangesTest, AreWaitedForInTheWholeTable) {
  auto part = table();
  part.visible = std::make_shared<const Filter>();
  part.kept_from = text::now();
  support::Started<void> waiting(driver_, changes_.wait(part, changes_.count(owner_), in(1h)));
  driver_.settle();
  const auto tables = changes_.waited_for();
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(tables[0].name(), part.name());
  EXPECT_EQ(tables[0].visible, nullptr) << "others who wait see more than this one";
  EXPECT_FALSE(tables[0].kept_from);
  changes_.note(owner_);
  waiting.get();
}

TEST_F(ChangesTest, AreNotWaitedForIfTheyHaveHappened) {
  const auto seen = changes_.count(owner_);
  changes_.note(owner_);
  support::run_to_end(driver_, changes_.wait(table(), seen, in(1h)));
}

TEST_F(ChangesTest, AreWaitedForUntilTheDeadlineAtMost) {
  support::run_to_end(driver_, changes_.wait(table(), 0, in(1ms)));
}

TEST_F(ChangesTest, EndAllWaitingWhenATenantIsForgotten) {
  changes_.note(owner_);
  support::Started<void> waiting(driver_, changes_.wait(table(), changes_.count(owner_), in(1h)));
  driver_.settle();

  changes_.forget(owner_);

  waiting.get();
}

}  // namespace
}  // namespace annals::events
