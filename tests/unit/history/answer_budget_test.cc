#include <gtest/gtest.h>

#include <utility>

#include "history/answer_budget.h"

namespace annals::history {
namespace {

using Share = AnswerBudget::Share;

constexpr AnswerBudget::Limits kLimits{.total = 100, .of_one = 40, .reserve = 20, .little = 5};

class AnswerBudgetTest : public testing::Test {
 protected:
  AnswerBudget budget_{kLimits};
  const ClientId one_ = ClientId::random();
  const ClientId two_ = ClientId::random();
  const ClientId three_ = ClientId::random();
};

TEST_F(AnswerBudgetTest, RefusesAClientThatHasItsPartAndNobodyElse) {
  Share first(budget_, one_);
  Share second(budget_, one_);
  Share other(budget_, two_);
  ASSERT_FALSE(first.take(30));
  const auto refusal = second.take(11);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code(), ErrorCode::over_quota);
  EXPECT_FALSE(second.take(10)) << "up to its part it may have";
  EXPECT_FALSE(other.take(40));
}

TEST_F(AnswerBudgetTest, LetsOneAnswerAloneBeLargerThanAClientsPart) {
  Share alone(budget_, one_);
  EXPECT_FALSE(alone.take(30));
  EXPECT_FALSE(alone.take(50));
  Share second(budget_, one_);
  EXPECT_TRUE(second.take(1));
}

TEST_F(AnswerBudgetTest, KeepsAReserveForThoseWhoHoldLittle) {
  Share first(budget_, one_);
  Share second(budget_, two_);
  Share third(budget_, three_);
  ASSERT_FALSE(first.take(40));
  ASSERT_FALSE(second.take(40));
  const auto refusal = third.take(6);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code(), ErrorCode::overloaded);
  EXPECT_FALSE(third.take(5));
}

TEST_F(AnswerBudgetTest, GetsBackWhatAShareHasGivenUp) {
  {
    Share first(budget_, one_);
    ASSERT_FALSE(first.take(80));
    first.keep(90);
    first.keep(10);
    Share moved = std::move(first);
    Share second(budget_, one_);
    EXPECT_FALSE(second.take(30)) << "ten are held";
    EXPECT_TRUE(second.take(1));
    moved = std::move(second);
    Share third(budget_, one_);
    EXPECT_FALSE(third.take(10)) << "an assigned share gives back what it held before";
  }
  Share all(budget_, two_);
  EXPECT_FALSE(all.take(80)) << "destroyed shares hold nothing";
}

}  // namespace
}  // namespace annals::history
