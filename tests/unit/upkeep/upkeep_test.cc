#include "upkeep/upkeep.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <stop_token>

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "io/threads.h"

namespace annals::upkeep {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;

void not_expected(const char* what) {
  ADD_FAILURE() << "a handler threw: " << what;
}

/// Counts its runs and fails the first ones, if it is told so.
class CountedWork {
 public:
  explicit CountedWork(int failures = 0) : failures_(failures) {}

  [[nodiscard]] Round round(std::string name, std::chrono::milliseconds interval,
                            bool before_serving = false) {
    return {.name = std::move(name),
            .interval = interval,
            .run = [this](const std::stop_token& /*stop*/) { return run(); },
            .before_serving = before_serving};
  }
  void wait_for(int runs) const {
    for (int seen = runs_; seen < runs; seen = runs_) runs_.wait(seen);
  }
  [[nodiscard]] int runs() const { return runs_; }

 private:
  awaitable<void> run() {
    const int run = ++runs_;
    runs_.notify_all();
    if (run <= failures_) throw std::runtime_error("not yet");
    co_return;
  }

  const int failures_;
  std::atomic<int> runs_ = 0;
};

class UpkeepTest : public testing::Test {
 protected:
  UpkeepTest() { threads_.start(); }
  io::Threads threads_{2, not_expected};
};

TEST_F(UpkeepTest, RoundsThatComeBeforeServingHaveRunWhenTheStartIsOver) {
  CountedWork first;
  CountedWork second;
  CountedWork background;
  Upkeep upkeep(threads_.executor(), {first.round("first", 1h, true), second.round("second", 1h, true),
                                      background.round("later", 1h)});
  upkeep.start().wait();
  EXPECT_EQ(first.runs(), 1);
  EXPECT_EQ(second.runs(), 1);
  background.wait_for(1);
  EXPECT_TRUE(upkeep.stop(2min));
  EXPECT_EQ(first.runs(), 1) << "the next run is due in an hour";
}

TEST_F(UpkeepTest, ARoundIsRepeatedAtItsInterval) {
  CountedWork work;
  Upkeep upkeep(threads_.executor(), {work.round("often", 1ms)});
  upkeep.start().wait();
  work.wait_for(5);
  EXPECT_TRUE(upkeep.stop(2min));
  const int runs = work.runs();
  EXPECT_EQ(work.runs(), runs) << "nothing runs after the stop";
}

TEST_F(UpkeepTest, ARoundThatFailsIsRepeatedAndDoesNotHoldUpTheStart) {
  CountedWork work(2);
  Upkeep upkeep(threads_.executor(), {work.round("fails", 1ms, true)});
  testing::internal::CaptureStderr();
  upkeep.start().wait();
  work.wait_for(3);
  EXPECT_TRUE(upkeep.stop(2min));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(log.contains(R"("round":"fails")") && log.contains("not yet")) << log;
}

TEST_F(UpkeepTest, AStartThatFailedIsRetriedSoonHoweverLongTheIntervalIs) {
  CountedWork work(1);
  Upkeep upkeep(threads_.executor(), {work.round("recovery", 24h, true)});
  testing::internal::CaptureStderr();
  upkeep.start().wait();
  work.wait_for(2);
  EXPECT_TRUE(upkeep.stop(2min));
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(work.runs(), 2);
}

TEST_F(UpkeepTest, ALongRunIsAskedToStop) {
  std::atomic<bool> running = false;
  const auto until_stopped = [](std::atomic<bool>* flag, std::stop_token stop) -> awaitable<void> {
    *flag = true;
    flag->notify_all();
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (!stop.stop_requested()) {
      timer.expires_after(1ms);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
  };
  Upkeep upkeep(threads_.executor(), {{.name = "long", .interval = 1h, .run = [&](std::stop_token stop) {
                                         return until_stopped(&running, std::move(stop));
                                       }}});
  upkeep.start().wait();
  running.wait(false);
  EXPECT_TRUE(upkeep.stop(2min));
}

/// A round that ends while the stop is still being requested, and then holds up what comes after it.
struct EndsAtOnce {
  std::atomic<bool> running = false;
  std::atomic<bool> ended = false;
  std::promise<void> released;

  static awaitable<void> run(EndsAtOnce* self, std::stop_token stop) {
    const auto executor = co_await boost::asio::this_coro::executor;
    self->on_stop_.emplace(stop, [self, executor] { self->end(executor); });
    self->running = true;
    self->running.notify_all();
    boost::asio::steady_timer timer(executor);
    while (!stop.stop_requested()) {
      timer.expires_after(1ms);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    self->ended = true;
    self->ended.notify_all();
  }

 private:
  void end(const boost::asio::any_io_executor& executor) {
    constexpr int kSteps = 5;  // more than a coroutine needs between its last line and whoever waits for it
    ended.wait(false);
    for (int step = 0; step < kSteps; ++step) {
      boost::asio::post(executor, boost::asio::use_future([] {})).wait();
    }
    boost::asio::post(executor, [gate = released.get_future().share()] { gate.wait(); });
  }

  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

TEST_F(UpkeepTest, ItHasStoppedOnceNothingOfItIsQueued) {
  EndsAtOnce work;
  Upkeep upkeep(threads_.executor(), {{.name = "quick", .interval = 1h, .run = [&](std::stop_token stop) {
                                         return EndsAtOnce::run(&work, std::move(stop));
                                       }}});
  upkeep.start().wait();
  work.running.wait(false);
  EXPECT_FALSE(upkeep.stop(100ms)) << "expected it to wait for what it has queued itself";
  work.released.set_value();
  EXPECT_TRUE(upkeep.stop(2min));
}

TEST_F(UpkeepTest, StoppingWhatWasNotStartedReturnsAtOnce) {
  CountedWork work;
  Upkeep upkeep(threads_.executor(), {work.round("never", 1ms)});
  EXPECT_TRUE(upkeep.stop(0ms));
  EXPECT_EQ(work.runs(), 0);
}

}  // namespace
}  // namespace annals::upkeep
