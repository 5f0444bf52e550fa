#include "http/coding/content_coding.h"

#include <gtest/gtest.h>

namespace annals::http {
namespace {

std::string_view coding_for(std::vector<std::string> lines) {
  Request request;
  for (std::string& line : lines) request.headers.emplace_back("accept-encoding", std::move(line));
  return name_of(preferred_coding(request));
}

TEST(ContentCoding, IsTheOneWithTheHighestWeight) {
  EXPECT_EQ(coding_for({"gzip, deflate, br, zstd"}), "zstd");
  EXPECT_EQ(coding_for({"gzip, deflate"}), "gzip");
  EXPECT_EQ(coding_for({"zstd;q=0.5, gzip;q=0.8"}), "gzip");
  EXPECT_EQ(coding_for({"gzip;q=0.5, identity"}), "identity");
  EXPECT_EQ(coding_for({"identity, gzip"}), "gzip");
  EXPECT_EQ(coding_for({"X-GZIP ; Q=0.001"}), "gzip");
}

TEST(ContentCoding, IsNoneIfNoneIsAskedFor) {
  EXPECT_EQ(coding_for({}), "identity");
  EXPECT_EQ(coding_for({""}), "identity");
  EXPECT_EQ(coding_for({"br, deflate"}), "identity");
  EXPECT_EQ(coding_for({"gzip;q=0, zstd;q=0.000"}), "identity");
}

TEST(ContentCoding, IsGzipForAnythingElseUnlessThatIsRefused) {
  EXPECT_EQ(coding_for({"*"}), "gzip");
  EXPECT_EQ(coding_for({"identity;q=0"}), "identity");
  EXPECT_EQ(coding_for({"identity;q=0, *"}), "gzip");
  EXPECT_EQ(coding_for({"gzip;q=0, *;q=1"}), "identity");
  EXPECT_EQ(coding_for({"*;q=0"}), "identity");
}

TEST(ContentCoding, LeavesOutMembersWithoutAWeight) {
  EXPECT_EQ(coding_for({"zstd;q=2, gzip;q=0.1"}), "gzip");
  EXPECT_EQ(coding_for({"zstd;q=0.1234, gzip;q=-1, ;;, ,q=1"}), "identity");
  EXPECT_EQ(coding_for({"gzip;level=9"}), "identity");
  EXPECT_EQ(coding_for({"zstd;q=1.001", "gzip;q="}), "identity");
}

TEST(ContentCoding, ReadsAllLinesOfTheHeaderAsOneList) {
  EXPECT_EQ(coding_for({"gzip;q=0.1", "zstd;q=0.2"}), "zstd");
}

}  // namespace
}  // namespace annals::http
