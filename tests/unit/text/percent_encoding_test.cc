#include "text/percent_encoding.h"

#include <gtest/gtest.h>

namespace annals::text {
namespace {

TEST(PercentEncoding, LeavesOnlyTheUnreservedCharacters) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode("a b+c/d%&=?"), "a%20b%2Bc%2Fd%25%26%3D%3F");
  EXPECT_EQ(percent_encode(std::string_view("\0\n\xC3\xBC\xFF", 5)), "%00%0A%C3%BC%FF");
}

TEST(PercentEncoding, KeepsWhatItIsToldToKeep) {
  EXPECT_EQ(percent_encode("/a/b c", "/"), "/a/b%20c");
}

}  // namespace
}  // namespace annals::text
