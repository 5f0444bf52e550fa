#include "cli/terminal/progress.h"

#include <gtest/gtest.h>

namespace annals::cli {
namespace {

using namespace std::chrono_literals;

TEST(ProgressLine, ShowsABarTheSpeedAndTheTimeLeft) {
  EXPECT_EQ(progress_line({.done = {.rows = 5000, .bytes = 5 << 20}, .part = 0.25, .elapsed = 10s}),
            "[======>                 ]  25 %  5000 rows  500 rows/s  5.0 MiB  512.0 KiB/s  0:30 left");
}

TEST(ProgressLine, CountsTheSpeedOfThisRunOnly) {
  const auto line = progress_line({.before = {.rows = 4000, .bytes = 4 << 20},
                                   .done = {.rows = 5000, .bytes = 5 << 20},
                                   .part = 0.25,
                                   .part_before = 0.125,
                                   .elapsed = 1000s});

  EXPECT_TRUE(line.contains("5000 rows  1 rows/s")) << line;
  EXPECT_TRUE(line.contains("1:40:00 left")) << line;
}

TEST(ProgressLine, HasNoBarWhereTheWholeIsNotKnown) {
  EXPECT_EQ(progress_line({.done = {.rows = 0, .bytes = 100}, .elapsed = 1s}), "100 B  100 B/s");
}

TEST(ProgressLine, IsFullAtTheEndAndSaneAtTheBeginning) {
  EXPECT_TRUE(progress_line({.done = {.rows = 1, .bytes = 1}, .part = 1.0, .elapsed = 1s})
                  .starts_with("[========================] 100 %"));
  EXPECT_EQ(progress_line({.part = 0.0}), "[>                       ]   0 %  0 B  0 B/s");
}

}  // namespace
}  // namespace annals::cli
