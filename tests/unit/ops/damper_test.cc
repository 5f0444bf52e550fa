#include "ops/damper.h"

#include <string>

#include <gtest/gtest.h>

namespace annals::ops {
namespace {

using namespace std::chrono_literals;

class DamperTest : public testing::Test {
 protected:
  /// Returns how many lines before it were left out, or -1 if it is left out itself.
  int admit(const std::string& kind = "kind") {
    const auto admitted = damper_.admit(kind, now_);
    return admitted ? static_cast<int>(*admitted) : -1;
  }
  void pass(std::chrono::milliseconds time) { now_ += time; }

 private:
  Damper damper_{{.lines = 2, .per = 10s, .kinds = 3}};
  Damper::Clock::time_point now_ = Damper::Clock::now();
};

TEST_F(DamperTest, AdmitsSomeInATimeAndThenTellsHowManyItLeftOut) {
  EXPECT_EQ(admit(), 0);
  EXPECT_EQ(admit(), 0);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(admit(), -1);
  pass(9'999ms);
  EXPECT_EQ(admit(), -1);
  pass(1ms);
  EXPECT_EQ(admit(), 51);
  EXPECT_EQ(admit(), 0);
  EXPECT_EQ(admit(), -1);
}

TEST_F(DamperTest, NeverLeavesOutWhatComesSeldom) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(admit(), 0);
    pass(5s);
  }
}

TEST_F(DamperTest, RemembersABoundedNumberOfKinds) {
  EXPECT_EQ(admit("0"), 0);
  EXPECT_EQ(admit("0"), 0);
  EXPECT_EQ(admit("0"), -1);
  for (int i = 1; i < 1000; ++i) {
    pass(1ms);
    EXPECT_EQ(admit(std::to_string(i)), 0);
  }
  EXPECT_EQ(admit("0"), 0) << "it was forgotten for the others";
}

}  // namespace
}  // namespace annals::ops
