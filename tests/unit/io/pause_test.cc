#include "io/pause.h"

#include <atomic>
#include <chrono>
#include <future>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/use_future.hpp>

#include "io/threads.h"
#include "io/wake.h"
#include "support/coroutines/driven.h"

namespace annals::io {
namespace {

using boost::asio::awaitable;
using support::Driver;
using support::Started;

// With the first, every step is a stint of its own, so that a test counts steps instead of time.
constexpr Stint::Clock::duration kOneStep{};
constexpr Stint::Clock::duration kForever = std::chrono::hours(24);

/// Works for so many steps, and writes its name for each.
awaitable<void> work(char name, std::size_t steps, std::string* done, Stint::Clock::duration longest) {
  Stint stint(longest);
  for (std::size_t i = 0; i < steps; ++i) {
    if (stint.is_over()) co_await stint.renew();
    *done += name;
  }
}

/// Takes a turn, and keeps it until it is woken.
awaitable<void> hold(Wake* wake) {
  Stint stint(kOneStep);
  if (stint.is_over()) co_await stint.renew();
  co_await suspend([wake](Wake own) { *wake = std::move(own); });
}

class StintTest : public testing::Test {
 protected:
  void allow(std::size_t coroutines) {
    let_work_long(boost::asio::query(driver_.executor(), boost::asio::execution::context), coroutines);
  }
  Started<void>& start(awaitable<void> work) { return started_.emplace_back(driver_, std::move(work)); }
  Started<void>& start(char name, std::size_t steps, Stint::Clock::duration longest = kOneStep) {
    return start(work(name, steps, &done_, longest));
  }
  /// Starts a coroutine that holds a turn, and returns what ends it.
  Wake hold_turn() {
    Wake wake;
    start(hold(&wake));
    driver_.until([&] { return bool(wake); });
    return wake;
  }

  /// Starts short work beside eight that work long. Returns how many of their stints came before it.
  std::size_t stints_before_short_work() {
    constexpr std::size_t kLong = 1'000'000;
    for (const char name : std::string("abcdefgh")) start(name, kLong);
    driver_.until([&] { return done_.size() >= 100; });
    const std::size_t before = done_.size();
    start('.', 1, kForever);
    driver_.until([&] { return done_.contains('.'); });
    return done_.find('.') - before;
  }

  Driver driver_;
  std::string done_;

 private:
  std::list<Started<void>> started_;
};

TEST_F(StintTest, ShortWorkWaitsForOneStintHoweverManyWorkLong) {
  EXPECT_LE(stints_before_short_work(), 1U);
}

TEST_F(StintTest, ShortWorkWaitsForAsManyStintsAsMayWorkLongAtOnce) {
  allow(3);
  EXPECT_LE(stints_before_short_work(), 3U);
}

TEST_F(StintTest, ThoseThatWorkLongTakeTurnsInTheOrderOfAsking) {
  for (const char name : std::string("abc")) start(name, 4);

  driver_.settle();

  EXPECT_EQ(done_, "abcabcabcabc");
}

TEST_F(StintTest, TheFirstStintNeedsNoTurn) {
  Wake end = hold_turn();

  auto& brief = start('.', 1000, kForever);
  driver_.settle();

  EXPECT_TRUE(brief.ended()) << "it waits although it has worked for less than a stint";
  end();
  driver_.settle();
}

TEST_F(StintTest, WorkLongerThanAStintWaitsUntilATurnIsFree) {
  Wake end = hold_turn();
  start('a', 1);
  driver_.settle();
  ASSERT_EQ(done_, "");

  end();
  driver_.settle();

  EXPECT_EQ(done_, "a");
}

TEST_F(StintTest, ATurnIsGivenBackBeforeAWaitAndAskedForAfterIt) {
  Wake wake;
  const auto wait_between = [](Wake* own, std::string* done) -> awaitable<void> {
    Stint stint(kOneStep);
    if (stint.is_over()) co_await stint.renew();
    *done += '1';
    stint.rest();
    co_await suspend([own](Wake woken) { *own = std::move(woken); });
    if (stint.is_over()) co_await stint.renew();
    *done += '2';
  };
  start(wait_between(&wake, &done_));
  driver_.until([&] { return bool(wake); });

  start('a', 2);
  driver_.settle();
  ASSERT_EQ(done_, "1aa") << "who waits keeps others from working";

  Wake end = hold_turn();
  wake();
  driver_.settle();
  EXPECT_EQ(done_, "1aa") << "it works on without a turn";
  end();
  driver_.settle();
  EXPECT_EQ(done_, "1aa2");
}

TEST_F(StintTest, WhatIsLeftOfAStintAfterAWaitComesBeforeTheStintsOfOthers) {
  Wake wake;
  const auto wait_within = [](Wake* own, std::string* done) -> awaitable<void> {
    Stint stint(kForever);
    co_await stint.renew();
    stint.rest();
    co_await suspend([own](Wake woken) { *own = std::move(woken); });
    if (stint.is_over()) co_await stint.renew();
    *done += 'w';
  };
  start(wait_within(&wake, &done_));
  driver_.until([&] { return bool(wake); });
  Wake end = hold_turn();
  for (const char name : std::string("ab")) start(name, 2);
  driver_.settle();

  wake();
  driver_.settle();
  ASSERT_EQ(done_, "") << "it works on without a turn";
  end();
  driver_.settle();

  EXPECT_EQ(done_, "wabab");
}

TEST_F(StintTest, AnExceptionGivesTheTurnBack) {
  const auto fail = [](std::string* done) -> awaitable<void> {
    Stint stint(kOneStep);
    if (stint.is_over()) co_await stint.renew();
    *done += '!';
    throw std::runtime_error("thrown by the test");
  };
  auto& failing = start(fail(&done_));
  start('a', 2);
  driver_.settle();

  EXPECT_THROW(failing.get(), std::runtime_error);
  EXPECT_EQ(done_, "!aa");
}

TEST_F(StintTest, WhoIsCancelledWhileItWaitsPassesItsTurnOn) {
  Wake end = hold_turn();
  const auto wait_after = [](std::string* done) -> awaitable<void> {
    Stint stint(kOneStep);
    if (stint.is_over()) co_await stint.renew();
    *done += '1';
    co_await boost::asio::post(boost::asio::use_awaitable);
    *done += '2';
  };
  auto& cancelled = start(wait_after(&done_));
  start('a', 1);
  driver_.settle();

  cancelled.cancel();
  end();
  driver_.settle();

  EXPECT_THROW(cancelled.get(), boost::system::system_error);
  EXPECT_EQ(done_, "1a");
}

TEST(StintOnThreads, LeaveAThreadToOthersHoweverManyWorkLong) {
  constexpr int kThreads = 3;
  constexpr std::size_t kWorkers = 16;
  Threads threads(kThreads, [](const char* what) { FAIL() << what; });
  std::atomic<int> working = 0;
  std::atomic<int> most = 0;
  const auto work = [](std::atomic<int>* now, std::atomic<int>* at_most) -> awaitable<void> {
    constexpr int kSteps = 1000;
    Stint stint(kOneStep);
    for (int i = 0; i < kSteps; ++i) {
      if (stint.is_over()) co_await stint.renew();
      const int others = now->fetch_add(1);
      for (int before = *at_most; before <= others;) {
        if (at_most->compare_exchange_weak(before, others + 1)) break;
      }
      now->fetch_sub(1);
    }
  };
  std::vector<std::future<void>> ends;
  for (std::size_t i = 0; i < kWorkers; ++i) {
    ends.push_back(boost::asio::co_spawn(threads.executor(), work(&working, &most), boost::asio::use_future));
  }
  threads.start();
  for (auto& end : ends) end.get();

  EXPECT_LT(most, kThreads);
}

TEST(StintInAContext, DestroysThoseThatWaitForATurnWithEverythingThatTheyOwn) {
  const auto owned = std::make_shared<int>();
  const auto own = [](std::shared_ptr<int>, Wake* wake) -> awaitable<void> {
    Stint stint(kOneStep);
    if (stint.is_over()) co_await stint.renew();
    co_await suspend([wake](Wake woken) { *wake = std::move(woken); });
  };
  Wake holder;
  {
    Driver driver;
    const Started<void> holds(driver, own(owned, &holder));
    const Started<void> waits(driver, own(owned, nullptr));
    const Started<void> waits_too(driver, own(owned, nullptr));
    driver.settle();
    ASSERT_TRUE(holder);
    ASSERT_EQ(owned.use_count(), 4);
    holder = nullptr;  // its turn passes to the next, which will not run any more
  }
  EXPECT_EQ(owned.use_count(), 1) << "coroutines that wait for a turn were leaked";
}

}  // namespace
}  // namespace annals::io
