#include "cli/terminal/printable.h"

#include <gtest/gtest.h>

namespace annals::cli {
namespace {

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("ä\x1b[2J\n"), "ä\\u001b[2J\\u000a");
  EXPECT_EQ(printable("\u202e\u200b\u009b"), "\\u202e\\u200b\\u009b");
  EXPECT_EQ(printable("\xff"), "\uFFFD");
}

TEST(Shortened, CutsCharactersAndNotBytes) {
  EXPECT_EQ(shortened("äöü", 3), "äöü");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
  EXPECT_EQ(shortened("", 0), "");
}

}  // namespace
}  // namespace annals::cli
