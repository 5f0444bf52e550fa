#include "leases/keeping.h"

#include <string>

#include <gtest/gtest.h>

#include "io/wake.h"
#include "leases/errors.h"
#include "support/coroutines/driven.h"

namespace annals::leases {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

class KeepingTest : public testing::Test {
 protected:
  /// Takes as long as the test wants.
  awaitable<std::string> work() {
    co_await io::suspend([this](io::Wake wake) { end_ = std::move(wake); });
    if (fails_) throw std::runtime_error("the work has failed");
    co_return "done";
  }
  awaitable<void> keep() {
    ++kept_;
    if (kept_ == lost_at_) throw taken_over("the lease has run out");
    co_return;
  }
  awaitable<std::string> kept_work() {
    return keeping<std::string>(work(), [this] { return keep(); }, 1ms);
  }

  support::Driver driver_;
  io::Wake end_;
  bool fails_ = false;
  int kept_ = 0;
  int lost_at_ = 0;
};

TEST_F(KeepingTest, KeepsUntilTheWorkHasEnded) {
  support::Started<std::string> started(driver_, kept_work());
  driver_.until([this] { return kept_ == 3; });
  EXPECT_FALSE(started.ended());
  end_();
  EXPECT_EQ(started.get(), "done");
}

TEST_F(KeepingTest, DoesNotWaitForAnIntervalOnceTheWorkHasEnded) {
  const auto at_once = []() -> awaitable<int> { co_return 7; };
  EXPECT_EQ(support::run_to_end(driver_, keeping<int>(at_once(), [this] { return keep(); }, 1h)), 7);
  support::Started<std::string> started(driver_, keeping<std::string>(work(), [this] { return keep(); }, 1h));
  driver_.settle();
  end_();
  EXPECT_EQ(started.get(), "done");
  EXPECT_EQ(kept_, 0);
}

TEST_F(KeepingTest, ThrowsWhatTheWorkThrows) {
  fails_ = true;
  support::Started<std::string> started(driver_, kept_work());
  driver_.until([this] { return kept_ == 1; });
  end_();
  EXPECT_THROW(started.get(), std::runtime_error);
}

TEST_F(KeepingTest, AwaitsTheWorkAlsoAfterALoss) {
  for (const bool fails : {false, true}) {
    fails_ = fails;
    kept_ = 0;
    lost_at_ = 2;
    support::Started<std::string> started(driver_, kept_work());
    driver_.until([this] { return kept_ == lost_at_; });
    driver_.settle();
    EXPECT_FALSE(started.ended()) << "it may still be writing";
    end_();
    if (fails) {
      EXPECT_THROW(started.get(), std::runtime_error) << "the first error tells more";
    } else {
      EXPECT_THROW(started.get(), Error);
    }
    EXPECT_EQ(kept_, lost_at_) << "what is lost is not kept again";
  }
}

}  // namespace
}  // namespace annals::leases
