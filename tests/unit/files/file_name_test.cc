#include "files/file_name.h"

#include <string>

#include <gtest/gtest.h>

namespace annals::files {
namespace {

TEST(FileName, IsWhatASenderCallsAFile) {
  for (const char* name : {"offer.pdf", "a b.txt", "a  b", "見積書.pdf", "..a", "...", "a;b=\"c\".txt",
                           "100%.csv", "\xF0\x9F\x98\x80", "עברית.pdf", "x'y*z"}) {
    EXPECT_TRUE(is_file_name(name)) << name;
  }
}

TEST(FileName, IsNoPathNoControlAndNothingThatTurnsTextAround) {
  for (const char* name : {"", ".", "..", "a/b", "/etc/passwd", "..\\b", "a\r\nX-Evil: 1", "a\tb", "a\x7f",
                           "a\xC2\x85z", "fdp\342\200\256exe.", "a\xE2\x81\xA6z", "a\xE2\x80\xA8z"}) {
    EXPECT_FALSE(is_file_name(name)) << name;
  }
  EXPECT_FALSE(is_file_name(std::string("a\0b", 3)));
}

TEST(FileName, APlainOneStandsInQuotationMarks) {
  EXPECT_EQ(disposition_of("offer 1.pdf"), "attachment; filename=\"offer 1.pdf\"");
  EXPECT_EQ(disposition_of("a;b=c.txt"), "attachment; filename=\"a;b=c.txt\"");
}

TEST(FileName, AnyOtherOneIsEncodedToo) {
  EXPECT_EQ(disposition_of("Übersicht.pdf"),
            "attachment; filename=\"_bersicht.pdf\"; filename*=UTF-8''%C3%9Cbersicht.pdf");
  EXPECT_EQ(disposition_of("a\"b.txt"), "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt");
  EXPECT_EQ(disposition_of("100%41"), "attachment; filename=\"100_41\"; filename*=UTF-8''100%2541");
  EXPECT_EQ(disposition_of("a  b"), "attachment; filename=\"a _b\"; filename*=UTF-8''a%20%20b");
  EXPECT_EQ(disposition_of("x'y*(z)é"),
            "attachment; filename=\"x'y*(z)_\"; filename*=UTF-8''x%27y%2A%28z%29%C3%A9");
}

TEST(MediaType, HasPerhapsParameters) {
  for (const char* type :
       {"text/plain", "application/vnd.oasis.opendocument.text", "text/plain;charset=utf-8",
        "text/plain; charset=\"utf 8\"; format=flowed", "image/svg+xml"}) {
    EXPECT_TRUE(is_media_type(type)) << type;
  }
  for (const char* type : {"", "text", "text/", "/plain", "text/plain;", "text/plain; charset", "text /plain",
                           "text/plain\r\nX: y", "text/plain; a=\"b", "text/plain; a=\"\\\"", "text/pläin",
                           "text/plain, text/html", " text/plain", "text/plain "}) {
    EXPECT_FALSE(is_media_type(type)) << type;
  }
}

}  // namespace
}  // namespace annals::files
