#include "journal/backlog.h"

#include <gtest/gtest.h>

namespace annals::journal {
namespace {

using namespace std::chrono_literals;

class BacklogTest : public testing::Test {
 protected:
  void add(const ClientId& owner, std::size_t bytes) {
    backlog_.add(std::make_shared<const Pending>(
        Pending{.record = {.owner = owner, .first = next_++, .rows = 1, .bytes = std::string(bytes, 'x')}}));
  }

  const ClientId first_ = ClientId::random();
  const ClientId second_ = ClientId::random();
  Backlog backlog_{{.age = 1h, .bytes = 1000}};

 private:
  std::uint64_t next_ = 1;
};

TEST_F(BacklogTest, IsDueForATenantOnceEnoughOfItWaits) {
  add(first_, 10);
  EXPECT_FALSE(backlog_.due());
  add(second_, 1000);
  EXPECT_EQ(backlog_.due(), second_);
  EXPECT_EQ(backlog_.oldest(), second_);
  backlog_.remove(second_, 1);
  EXPECT_FALSE(backlog_.due());
  EXPECT_EQ(backlog_.oldest(), first_);
}

TEST_F(BacklogTest, LeavesOutWhoWasPostponedHoweverMuchOfItWaits) {
  add(first_, 2000);
  backlog_.postpone(first_, 1h);
  add(first_, 2000);

  EXPECT_FALSE(backlog_.due());
  EXPECT_FALSE(backlog_.oldest()) << "else the one that fails would be tried without end";
  add(second_, 1);
  EXPECT_EQ(backlog_.oldest(), second_);
}

TEST_F(BacklogTest, HasATenantAgainOnceItsPostponementIsOver) {
  add(first_, 10);
  add(second_, 10);
  backlog_.postpone(first_, 0h);
  EXPECT_EQ(backlog_.oldest(), first_);
  EXPECT_EQ(backlog_.due(), first_);
}

TEST_F(BacklogTest, TheRestOfATenantIsDueAsIfItHadJustCome) {
  add(first_, 1000);
  add(first_, 10);
  backlog_.remove(first_, 1);
  EXPECT_FALSE(backlog_.due()) << "little is left";
  EXPECT_EQ(backlog_.bytes_of(first_), 10U);

  add(second_, 1000);
  add(second_, 1000);
  backlog_.remove(second_, 1);
  EXPECT_EQ(backlog_.due(), second_) << "enough is left";
  EXPECT_EQ(backlog_.bytes_of(second_), 1000U);
}

TEST_F(BacklogTest, AMoveEndsAPostponement) {
  add(first_, 10);
  add(first_, 10);
  backlog_.postpone(first_, 1h);
  backlog_.remove(first_, 1);
  EXPECT_EQ(backlog_.oldest(), first_);
  add(first_, 1000);
  EXPECT_EQ(backlog_.due(), first_);
}

TEST_F(BacklogTest, KnowsNothingOfATenantWithoutRecords) {
  EXPECT_TRUE(backlog_.remove(first_, 1).empty());
  EXPECT_TRUE(backlog_.remove_all(first_).empty());
  EXPECT_TRUE(backlog_.first_of(first_, 100).empty());
  EXPECT_EQ(backlog_.last_of(first_), std::nullopt);
  EXPECT_EQ(backlog_.bytes_of(first_), 0U);
  backlog_.postpone(first_, 0h);
  EXPECT_FALSE(backlog_.due());
  EXPECT_FALSE(backlog_.oldest());
}

TEST_F(BacklogTest, GivesTheFirstRecordsAndAtLeastOne) {
  add(first_, 400);
  add(first_, 400);
  add(first_, 400);

  EXPECT_EQ(backlog_.first_of(first_, 0).size(), 1U);
  EXPECT_EQ(backlog_.first_of(first_, 800).size(), 2U);
  EXPECT_EQ(backlog_.last_of(first_), 3U);
  EXPECT_EQ(backlog_.bytes(), 1200U);
  EXPECT_EQ(backlog_.remove_all(first_).size(), 3U);
  EXPECT_EQ(backlog_.bytes(), 0U);
  EXPECT_EQ(backlog_.tenants(), 0U);
}

TEST_F(BacklogTest, CountsRowsAndKnowsSinceWhenTheOldestWaits) {
  EXPECT_FALSE(backlog_.since());
  const auto before = Backlog::Clock::now();
  add(first_, 1);
  const auto between = Backlog::Clock::now();
  add(second_, 1);
  add(first_, 1);

  EXPECT_EQ(backlog_.rows(), 3U);
  ASSERT_TRUE(backlog_.since());
  EXPECT_GE(*backlog_.since(), before);
  EXPECT_LE(*backlog_.since(), between);
  backlog_.remove(first_, 1);
  EXPECT_GE(*backlog_.since(), between);
  backlog_.remove_all(first_);
  backlog_.remove_all(second_);
  EXPECT_EQ(backlog_.rows(), 0U);
  EXPECT_FALSE(backlog_.since());
}

}  // namespace
}  // namespace annals::journal
