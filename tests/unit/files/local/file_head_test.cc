#include "files/local/file_head.h"

#include <gtest/gtest.h>

namespace annals::files {
namespace {

const std::string hash(64, 'a');

TEST(FileHead, IsReadAsItWasWritten) {
  const FileHead head{.sha256 = hash,
                      .metadata = {.content_type = std::string(255, 't'),
                                   .content_encoding = "gzip",
                                   .content_disposition = std::string(1024, 'd')}};
  const std::string text = encode(head);
  ASSERT_EQ(text.size(), FileHead::kSize);

  const auto read = parse_file_head(text);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->sha256, hash);
  EXPECT_EQ(read->metadata.content_type, head.metadata.content_type);
  EXPECT_EQ(read->metadata.content_encoding, "gzip");
  EXPECT_EQ(read->metadata.content_disposition, head.metadata.content_disposition);
  EXPECT_EQ(read->size, FileHead::kSize);
}

TEST(FileHead, AHeadOfTheFirstVersionIsReadWhateverFollowsIt) {
  std::string text = "annals file 1\nsha256 " + hash + "\ncontent-type image/png\n";
  text.resize(FileHead::kFirstSize, ' ');

  for (const std::string& content : {"", "content-encoding gzip\n", "x"}) {
    const auto read = parse_file_head(text + content);
    ASSERT_TRUE(read) << content;
    EXPECT_EQ(read->metadata.content_type, "image/png");
    EXPECT_EQ(read->metadata.content_encoding, "");
    EXPECT_EQ(read->size, FileHead::kFirstSize);
  }
}

TEST(FileHead, WhatIsNoneIsRefused) {
  const std::string text = encode({.sha256 = hash});
  for (const std::string& wrong :
       {std::string(), std::string("annals file 3") + text.substr(13), text.substr(0, 80), "x" + text}) {
    EXPECT_FALSE(parse_file_head(wrong)) << wrong.substr(0, 40);
  }
}

TEST(FileHead, WhatNoResponseCouldCarryIsNotKept) {
  const FileMetadata kept = kept_metadata({.content_type = "text/plain\n",
                                           .content_encoding = std::string(65, 'g'),
                                           .content_disposition = "attachment; filename=\"\xC3\xBC\""});
  EXPECT_EQ(kept.content_type, "application/octet-stream");
  EXPECT_EQ(kept.content_encoding, "");
  EXPECT_EQ(kept.content_disposition, "");
}

}  // namespace
}  // namespace annals::files
