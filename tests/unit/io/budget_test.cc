#include "io/budget.h"

#include <gtest/gtest.h>

namespace annals::io {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

TEST(Budget, WhatAllHoldTogetherHasALimit) {
  Budget budget({.total = 10, .of_one = 10});
  Budget::Share one(budget, "a");
  Budget::Share two(budget, "b");
  EXPECT_TRUE(one.take(6));
  EXPECT_FALSE(two.take(5));
  EXPECT_TRUE(two.take(4));
  one.release();
  EXPECT_TRUE(two.take(6));
  EXPECT_EQ(two.held(), 10U);
}

TEST(Budget, TheSharesOfOneHolderCountTogether) {
  Budget budget({.total = 100, .of_one = 10});
  Budget::Share one(budget, "a");
  Budget::Share two(budget, "a");
  EXPECT_TRUE(one.take(7));
  EXPECT_FALSE(two.take(4)) << "a holder does not get more by asking from several connections";
  {
    Budget::Share three(budget, "a");
    EXPECT_TRUE(three.take(3));
    EXPECT_FALSE(two.take(1));
  }
  EXPECT_TRUE(two.take(3)) << "a share that has gone gives back what it held";
}

TEST(Budget, WhoeverHoldsLittleGetsSomethingOfTheReserve) {
  Budget budget({.total = 100, .of_one = 60, .reserve = 20, .of_one_reserved = 5});
  Budget::Share greedy(budget, "a");
  Budget::Share second(budget, "b");
  EXPECT_TRUE(greedy.take(60));
  EXPECT_TRUE(second.take(20));
  EXPECT_FALSE(second.take(1)) << "the rest is for those who hold nothing";
  EXPECT_FALSE(greedy.take(1));
  Budget::Share small(budget, "c");
  EXPECT_FALSE(small.take(6));
  EXPECT_TRUE(small.take(5));
  EXPECT_FALSE(small.take(1));
}

TEST(Budget, AMovedShareIsGivenBackOnce) {
  Budget budget({.total = 10, .of_one = 10});
  {
    Budget::Share first(budget, "a");
    EXPECT_TRUE(first.take(10));
    const Budget::Share second(std::move(first));
    EXPECT_EQ(second.held(), 10U);
  }
  Budget::Share other(budget, "a");
  EXPECT_TRUE(other.take(10));
}

TEST(Budget, WhatIsGivenBackCanBeTakenOnce) {
  Budget budget({.total = 10, .of_one = 10});
  {
    Budget::Share released(budget, "a");
    EXPECT_TRUE(released.take(6));
    released.release();
  }
  Budget::Share whole(budget, "b");
  EXPECT_TRUE(whole.take(10));
  Budget::Share other(budget, "c");
  EXPECT_FALSE(other.take(1)) << "all is taken: what was given back counts once";
}

TEST(Budget, KeepsNothingOfAHolderWhoseLastShareHasGone) {
  Budget budget({.total = 10, .of_one = 10});
  {
    Budget::Share first(budget, "a");
    const Budget::Share moved(std::move(first));
    {
      const Budget::Share second(budget, "a");
      EXPECT_EQ(budget.holders(), 1U);
    }
    EXPECT_EQ(budget.holders(), 1U);
  }
  EXPECT_EQ(budget.holders(), 0U);
}

TEST(Budget, FairLimitsLeaveRoomBesideOneHolderWhateverTheTotal) {
  for (const std::size_t total : {kMiB, 4 * kMiB, 256 * kMiB, 4096 * kMiB}) {
    Budget budget(Budget::fair(total));
    Budget::Share greedy(budget, "a");
    while (greedy.take(kMiB / 16)) {
    }
    EXPECT_GE(greedy.held(), total / 2) << total;
    Budget::Share other(budget, "b");
    EXPECT_TRUE(other.take(total / 64)) << total;
  }
}

}  // namespace
}  // namespace annals::io
