#include "cli/terminal/progress.h"

#include <gtest/gtest.h>

namespace annals::cli {
namespace {

using namespace std::chrono_literals;

TEST(ProgressLine, ShowsABarTheSpeedAndTheTimeLeft) {
  EXPECT_EQ(progress_line({.done = {.rows = 5000, .bytes = 5 << 20}, .part = 0.25, .elapsed = 10s}, 200),
            "[======>                 ]  25 %  5000 rows  500 rows/s  5.0 MiB  512.0 KiB/s  0:30 left");
}

TEST(ProgressLine, CountsTheSpeedOfThisRunOnly) {
  const auto line = progress_line({.before = {.rows = 4000, .bytes = 4 << 20},
                                   .done = {.rows = 5000, .bytes = 5 << 20},
                                   .part = 0.25,
                                   .part_before = 0.125,
                                   .elapsed = 1000s},
                                  200);

  EXPECT_TRUE(line.contains("5000 rows  1 rows/s")) << line;
  EXPECT_TRUE(line.contains("1:40:00 left")) << line;
}

TEST(ProgressLine, HasNoBarWhereTheWholeIsNotKnown) {
  EXPECT_EQ(progress_line({.done = {.rows = 0, .bytes = 100}, .elapsed = 1s}, 200), "100 B  100 B/s");
}

TEST(ProgressLine, IsFullAtTheEndAndSaneAtTheBeginning) {
  EXPECT_TRUE(progress_line({.done = {.rows = 1, .bytes = 1}, .part = 1.0, .elapsed = 1s}, 200)
                  .starts_with("[========================] 100 %"));
  EXPECT_EQ(progress_line({.part = 0.0}, 200), "[>                       ]   0 %  0 B  0 B/s");
}

TEST(ProgressLine, FitsAndKeepsWhatMattersMost) {
  const ProgressState state{
      .done = {.rows = 123'456'789, .bytes = 5UL << 40U}, .part = 0.25, .elapsed = 100'000s};

  for (std::size_t width = 0; width < 120; ++width) {
    EXPECT_LE(progress_line(state, width).size(), width) << "of " << width << " columns";
  }
  EXPECT_EQ(progress_line(state, 65), " 25 %  123456789 rows  1235 rows/s  5.0 TiB  83:20:00 left");
  EXPECT_TRUE(progress_line(state, 85).starts_with("[===>        ]")) << progress_line(state, 85);
  EXPECT_EQ(progress_line(state, 40), " 25 %  123456789 rows  83:20:00 left");
  EXPECT_EQ(progress_line(state, 5), " 25 %");
}

}  // namespace
}  // namespace annals::cli
