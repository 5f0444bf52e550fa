#include "io/turns.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace annals::io {
namespace {

class TurnsTest : public testing::Test {
 protected:
  bool push(const std::string& reader, bool takes_long = false) {
    Turns::Job job = [](std::optional<std::size_t>) {};
    return turns_.push({.name = reader, .takes_long = takes_long}, job);
  }
  /// Returns whose job is next, "none" if no job may run.
  std::string pop() {
    auto taken = turns_.pop();
    if (!taken) return "none";
    running_.push_back(taken->reader);
    return taken->reader.name;
  }
  void end_all() {
    for (const auto& reader : running_) turns_.ended(reader);
    running_.clear();
  }

  Turns turns_{{.waiting = 10, .waiting_of_one = 4, .running = 3, .running_of_one = 2}};

 private:
  std::vector<Turns::Reader> running_;
};

TEST_F(TurnsTest, ComeToEachReaderHoweverManyJobsAnotherHas) {
  for (int i = 0; i < 4; ++i) push("busy");
  push("other");

  EXPECT_EQ(pop(), "busy");
  EXPECT_EQ(pop(), "other");
  EXPECT_EQ(pop(), "busy");
}

TEST_F(TurnsTest, LeaveAReaderNoMoreThreadsThanItsShare) {
  for (int i = 0; i < 4; ++i) push("busy");

  EXPECT_EQ(pop(), "busy");
  EXPECT_EQ(pop(), "busy");
  EXPECT_EQ(pop(), "none");
  end_all();
  EXPECT_EQ(pop(), "busy");
}

TEST_F(TurnsTest, KeepThreadsFreeOfWhatTakesLong) {
  for (const char* reader : {"a", "b", "c", "d"}) push(reader, true);
  push("");

  EXPECT_EQ(pop(), "");
  EXPECT_EQ(pop(), "a");
  EXPECT_EQ(pop(), "b");
  EXPECT_EQ(pop(), "c");
  EXPECT_EQ(pop(), "none");
  push("");
  EXPECT_EQ(pop(), "") << "what takes no long time runs all the same";
  end_all();
  EXPECT_EQ(pop(), "d");
}

TEST_F(TurnsTest, AlternateBetweenReadersAndTheRest) {
  for (int i = 0; i < 3; ++i) push("");
  push("a");
  push("b");

  std::vector<std::string> order;
  order.reserve(5);
  for (int i = 0; i < 5; ++i) order.push_back(pop());
  EXPECT_EQ(order, (std::vector<std::string>{"", "a", "", "b", ""}));
}

TEST_F(TurnsTest, LimitWhatMayWaitOfOneAndOfAll) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(push("busy"));
  EXPECT_FALSE(push("busy"));
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(push(i % 2 == 0 ? "" : "other"));
  EXPECT_FALSE(push(""));
  EXPECT_EQ(pop(), "");
  EXPECT_TRUE(push(""));
}

TEST_F(TurnsTest, AreOverWhenEveryJobWasTaken) {
  EXPECT_TRUE(turns_.empty());
  push("a");
  EXPECT_FALSE(turns_.empty());
  pop();
  EXPECT_TRUE(turns_.empty());
  end_all();
  EXPECT_EQ(pop(), "none");
}

}  // namespace
}  // namespace annals::io
