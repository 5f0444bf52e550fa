#include "io/threads.h"

#include <future>

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

namespace annals::io {
namespace {

using namespace std::chrono_literals;

void ignore(const char* /*what*/) {}

/// A thread that is stuck until release() is called.
class StuckThread {
 public:
  explicit StuckThread(Threads& threads) {
    boost::asio::post(threads.executor(), [this] {
      began_.set_value();
      released_.get_future().wait();
    });
    began_.get_future().wait();
  }
  ~StuckThread() { release(); }
  StuckThread(const StuckThread&) = delete;
  StuckThread& operator=(const StuckThread&) = delete;

  void release() {
    if (!std::exchange(is_released_, true)) released_.set_value();
  }

 private:
  std::promise<void> began_;
  std::promise<void> released_;
  bool is_released_ = false;
};

TEST(Threads, IdleThreadsTurn) {
  for (const int count : {1, 2, 8}) {
    Threads threads(count, ignore);
    threads.start();
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(threads.each_turns(30s)) << count << " threads";
  }
}

TEST(Threads, OneThatIsStuckIsNoticedThoughOthersTakeUpWork) {
  Threads threads(3, ignore);
  threads.start();
  StuckThread stuck(threads);

  EXPECT_FALSE(threads.each_turns(200ms));
  EXPECT_FALSE(threads.each_turns(200ms));
  std::promise<void> served;
  boost::asio::post(threads.executor(), [&served] { served.set_value(); });
  served.get_future().wait();

  stuck.release();
  EXPECT_TRUE(threads.each_turns(30s));
}

TEST(Threads, OneThatIsBusyIsWaitedFor) {
  Threads threads(2, ignore);
  threads.start();
  StuckThread busy(threads);

  auto turns = std::async(std::launch::async, [&threads] { return threads.each_turns(30s); });
  EXPECT_EQ(turns.wait_for(100ms), std::future_status::timeout);
  busy.release();

  EXPECT_TRUE(turns.get());
}

TEST(Threads, NoThreadTurnsBeforeTheyAreStarted) {
  Threads threads(2, ignore);
  EXPECT_FALSE(threads.each_turns(10ms));
}

}  // namespace
}  // namespace annals::io
