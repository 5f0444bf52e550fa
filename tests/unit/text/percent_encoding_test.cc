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

TEST(PercentEncoding, DecodesEveryByteOfAWellFormedText) {
  EXPECT_EQ(percent_decode("a%20b+c%2f%C3%BC%00"), std::string("a b+c/\xC3\xBC\0", 9));
  EXPECT_EQ(percent_decode("a+b%2B", Plus::blank), "a b+");
  EXPECT_EQ(percent_decode(""), "");
}

TEST(PercentEncoding, RefusesAPercentSignThatBeginsNoEscape) {
  for (const std::string_view text : {"%", "a%", "%4", "%zz", "%4g", "100%"}) {
    EXPECT_FALSE(percent_decode(text)) << text;
  }
}

TEST(PercentEncoding, LenientlyASignThatBeginsNoEscapeStays) {
  EXPECT_EQ(percent_decode_leniently("100%+of%20%zz%4"), "100% of %zz%4");
}

}  // namespace
}  // namespace annals::text
