#include "io/locked_file.h"

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "support/temporary_directory.h"

namespace annals::io {
namespace {

class LockedFileTest : public ::testing::Test {
 protected:
  support::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "file";
};

TEST_F(LockedFileTest, IsOpenedByOneAtATime) {
  {
    const auto first = LockedFile::open(path_);
    ASSERT_TRUE(first);
    EXPECT_FALSE(LockedFile::open(path_));
  }
  EXPECT_TRUE(LockedFile::open(path_));
}

TEST_F(LockedFileTest, StaysLockedWhileItsContentIsReplaced) {
  auto file = LockedFile::open(path_);
  ASSERT_TRUE(file);
  for (const std::string content : {"one", "", "another"}) {
    file->replace(content);
    EXPECT_EQ(read_if_there(path_), content);
    EXPECT_FALSE(open_locked(path_)) << "after " << content;
  }
}

TEST_F(LockedFileTest, LeavesNothingBehindIfNothingWasWritten) {
  LockedFile::open(path_).reset();
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));

  replace_file(path_, "content");
  LockedFile::open(path_).reset();
  EXPECT_EQ(read_if_there(path_), "content");
}

TEST_F(LockedFileTest, GivesANewFileToTheNextOnceItIsRemoved) {
  auto file = LockedFile::open(path_);
  ASSERT_TRUE(file);
  file->replace("content");
  file->remove();

  EXPECT_TRUE(open_locked(path_)) << "the removed file's lock is nobody's hindrance";
}

TEST_F(LockedFileTest, OpenLockedKeepsTheContentAndWritesAtItsEnd) {
  replace_file(path_, "a");
  {
    auto descriptor = open_locked(path_);
    ASSERT_TRUE(descriptor);
    GrowingFile(*std::move(descriptor), path_).append("b");
  }
  EXPECT_EQ(read_if_there(path_), "ab");
}

}  // namespace
}  // namespace annals::io
