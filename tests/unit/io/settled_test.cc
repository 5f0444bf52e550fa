#include "io/settled.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "support/coroutines/run.h"

namespace annals::io {
namespace {

using boost::asio::awaitable;

awaitable<int> seven() {
  co_return 7;
}
awaitable<int> no_number() {
  throw std::runtime_error("no number");
  co_return 0;
}
awaitable<void> nothing() {
  co_return;
}
awaitable<void> no_nothing() {
  throw std::runtime_error("not even nothing");
  co_return;
}

TEST(Settled, HoldsTheResultOfWorkThatSucceeded) {
  EXPECT_EQ(result_of(support::run(settled(seven()))), 7);
  EXPECT_TRUE(support::run(settled(nothing())));
}

TEST(Settled, HoldsTheExceptionOfWorkThatFailedAndThrowsItOnlyWhenAsked) {
  auto number = support::run(settled(no_number()));
  ASSERT_FALSE(number);
  EXPECT_THROW(result_of(std::move(number)), std::runtime_error);
  auto none = support::run(settled(no_nothing()));
  ASSERT_FALSE(none);
  EXPECT_THROW(result_of(std::move(none)), std::runtime_error);
}

}  // namespace
}  // namespace annals::io
