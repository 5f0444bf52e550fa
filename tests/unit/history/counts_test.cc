#include <gtest/gtest.h>

#include "history/history.h"

namespace annals::history {
namespace {

TEST(Counts, AreRaisedToWhatAPageShowsThatWasReadLater) {
  Counts counts{.total = 3, .filtered = 2};
  counts.raise_to(5);
  EXPECT_EQ(counts.filtered, 5U);
  EXPECT_EQ(counts.total, 5U) << "there are at least as many events as satisfy the filter";
}

TEST(Counts, StayAsTheyAreIfAPageShowsFewer) {
  Counts counts{.total = 9, .filtered = 4};
  counts.raise_to(4);
  counts.raise_to(1);
  EXPECT_EQ(counts.filtered, 4U);
  EXPECT_EQ(counts.total, 9U);
}

}  // namespace
}  // namespace annals::history
