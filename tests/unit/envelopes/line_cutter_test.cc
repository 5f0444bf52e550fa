#include "envelopes/line_cutter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace annals::envelopes {
namespace {

// The lines of a text that comes in chunks of a size: `0:text`, `1!text` for one too long.
std::vector<std::string> cut(std::string_view text, std::size_t max_line, std::size_t chunk_size) {
  LineCutter cutter(max_line);
  std::vector<std::string> result;
  const auto note = [&result](const std::vector<LineCutter::Line>& lines) {
    for (const auto& line : lines) {
      result.push_back(fmt::format("{}{}{}", line.number, line.too_long ? '!' : ':', line.text));
    }
  };
  for (; !text.empty(); text.remove_prefix(std::min(chunk_size, text.size()))) {
    note(cutter.add(text.substr(0, chunk_size)));
  }
  note(cutter.finish());
  return result;
}

void expect_lines(std::string_view text, const std::vector<std::string>& lines) {
  constexpr std::size_t kMaxLine = 6;
  for (std::size_t chunk_size = 1; chunk_size <= text.size() + 1; ++chunk_size) {
    EXPECT_EQ(cut(text, kMaxLine, chunk_size), lines) << text << "\nin chunks of " << chunk_size;
  }
}

TEST(LineCutter, CutsTheSameLinesWhateverTheChunks) {
  expect_lines("", {});
  expect_lines("a", {"0:a"});
  expect_lines("a\n", {"0:a"});
  expect_lines("a\nbc\n\nd", {"0:a", "1:bc", "3:d"});
  expect_lines("a\r\nb\r\n", {"0:a\r", "1:b\r"});
}

TEST(LineCutter, LeavesBlankLinesOutAndCountsThem) {
  expect_lines("\n \n\t\r\na\n\n", {"3:a"});
}

TEST(LineCutter, CutsALongLineOffAndGoesOnWithTheNext) {
  expect_lines("123456\n1234567\n123456789\nab\n", {"0:123456", "1!123456", "2!123456", "3:ab"});
  expect_lines("ab\n1234567", {"0:ab", "1!123456"});
}

TEST(LineCutter, KeepsNoMemoryOfALineThatHasBeenUsed) {
  constexpr std::size_t kLong = 100'000;
  LineCutter cutter(kLong);
  EXPECT_EQ(cutter.memory(), 0U);
  cutter.add(std::string(kLong, 'x'));
  EXPECT_GE(cutter.memory(), kLong);

  const auto lines = cutter.add("\nbegin");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].text.size(), kLong);
  EXPECT_GE(cutter.memory(), kLong) << "the text of a line that was returned";
  cutter.free_lines();

  EXPECT_EQ(cutter.memory(), 0U);
  EXPECT_EQ(cutter.held(), 5U) << "the beginning of the next line stays";
}

TEST(LineCutter, SaysWhereTheStreamGoesOnAfterEachLine) {
  LineCutter cutter(3);

  const auto first = cutter.add("a\r\n\nlon");
  const auto second = cutter.add("ger\nb");
  const auto last = cutter.finish();

  ASSERT_EQ(first.size() + second.size() + last.size(), 3U);
  EXPECT_EQ(first[0].end, 3U);
  EXPECT_EQ(second[0].end, 11U);
  EXPECT_EQ(last[0].end, 12U);
}

TEST(LineCutter, KeepsNoMoreThanALineOfTheAllowedSize) {
  LineCutter cutter(1000);
  const std::string chunk(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(cutter.add(chunk).empty());
  const auto lines = cutter.finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].too_long);
  EXPECT_EQ(lines[0].text.size(), 1000U);
}

}  // namespace
}  // namespace annals::envelopes
