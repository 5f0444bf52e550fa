#include "text/utf8.h"

#include <gtest/gtest.h>

namespace annals::text {
namespace {

TEST(Utf8, TakesEveryLengthUpToTheLastCodePoint) {
  for (const std::string_view text :
       {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "grün 🦊"}) {
    EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, RefusesOverlongFormsSurrogatesTruncationAndWhatLiesBeyond) {
  for (const std::string_view text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x20", "\xE0\x80\x80", "\xE0\x9F\xBF",
        "\xE1\x80", "\xE1\x80\x41", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
        "\xF1\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "ab\xFE-c"}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, ReplacesEveryByteThatBelongsToNoSequence) {
  EXPECT_EQ(replace_invalid_utf8("grün 🦊"), "grün 🦊");
  EXPECT_EQ(replace_invalid_utf8("a\xFF\xC3z\xE2\x82"), "a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, CountsCodePointsAndNotBytes) {
  EXPECT_EQ(code_points("aé€🦊"), 4U);
}

}  // namespace
}  // namespace annals::text
