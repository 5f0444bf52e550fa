#include "text/ascii.h"

#include <gtest/gtest.h>

namespace annals::text {
namespace {

TEST(Ascii, LowerCaseTouchesAsciiLettersOnly) {
  EXPECT_EQ(to_lower("Content-Type: ÄÖ Zz[@`{"), "content-type: ÄÖ zz[@`{");
}

TEST(Ascii, TrimTakesBlanksOffBothEndsAndLeavesThoseInside) {
  EXPECT_EQ(trim(" \t\r\na b\t "), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim(""), "");
}

}  // namespace
}  // namespace annals::text
