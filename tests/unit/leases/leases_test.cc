#include "leases/leases.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "leases/in_process_leases.h"
#include "support/coroutines/driven.h"

namespace annals::leases {
namespace {

using boost::asio::awaitable;

class WithLeaseTest : public testing::Test {
 protected:
  template <class Work>
  auto with(Work work) {
    return support::run_to_end(driver_, with_lease(leases_, "key", std::move(work)));
  }
  bool is_held() {
    const auto lease = support::run_to_end(driver_, leases_.acquire("key"));
    return lease == nullptr;
  }
  awaitable<int> count() {
    const auto other = co_await leases_.acquire("key");
    EXPECT_EQ(other, nullptr) << "the work was done without the lease";
    co_return ++done_;
  }
  awaitable<void> work() { co_await count(); }
  awaitable<void> fail() {
    co_await count();
    throw std::runtime_error("the work has failed");
  }

  support::Driver driver_;
  InProcessLeases leases_;
  int done_ = 0;
};

TEST_F(WithLeaseTest, ReturnsTheResultOfTheWorkAndGivesTheLeaseBack) {
  EXPECT_EQ(with([this](Lease& /*lease*/) { return count(); }), 1);
  EXPECT_FALSE(is_held());
}

TEST_F(WithLeaseTest, SaysThatWorkWithoutAResultWasDone) {
  EXPECT_TRUE(with([this](Lease& /*lease*/) { return work(); }));
  EXPECT_EQ(done_, 1);
  EXPECT_FALSE(is_held());
}

TEST_F(WithLeaseTest, DoesNothingWhileSomebodyHoldsTheLease) {
  const auto held = support::run_to_end(driver_, leases_.acquire("key"));
  EXPECT_EQ(with([this](Lease& /*lease*/) { return count(); }), std::nullopt);
  EXPECT_FALSE(with([this](Lease& /*lease*/) { return work(); }));
  EXPECT_EQ(done_, 0);
}

TEST_F(WithLeaseTest, GivesTheLeaseBackIfTheWorkThrows) {
  EXPECT_THROW(with([this](Lease& /*lease*/) { return fail(); }), std::runtime_error);
  EXPECT_EQ(done_, 1);
  EXPECT_FALSE(is_held());
}

}  // namespace
}  // namespace annals::leases
