#include "io/locked_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <future>

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "support/machine/file_calls.h"
#include "support/machine/temporary_directory.h"

namespace annals::io {
namespace {

class LockedFileTest : public ::testing::Test {
 protected:
  support::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "file";
  const std::filesystem::path unfinished_ = directory_.path() / "file.annals-new";
};

std::error_code error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

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

TEST_F(LockedFileTest, LocksTheFileThatHasTheNameOnceItIsLocked) {
  for (const bool is_replaced : {false, true}) {
    replace_file(path_, "old");
    support::FileCalls calls(directory_.path());
    calls.hold("lock file");
    auto opening = std::async(std::launch::async, [this] { return open_locked(path_); });
    calls.wait_until_held();
    if (is_replaced) replace_file(path_, "new");
    if (!is_replaced) std::filesystem::remove(path_);
    calls.release();

    auto opened = opening.get();

    ASSERT_TRUE(opened);
    EXPECT_FALSE(open_locked(path_)) << "it is locked";
    GrowingFile(*std::move(opened), path_).append("!");
    EXPECT_EQ(read_if_there(path_), is_replaced ? "new!" : "!");
  }
}

TEST_F(LockedFileTest, HasTheNewContentAndItsLockBeforeItsName) {
  auto file = LockedFile::open(path_);
  file->replace("old");
  support::FileCalls calls(directory_.path());
  calls.hold("rename file.annals-new file");
  auto replacing = std::async(std::launch::async, [&file] { file->replace("new"); });
  calls.wait_until_held();

  EXPECT_EQ(read_if_there(path_), "old");
  EXPECT_FALSE(open_locked(path_));
  EXPECT_EQ(read_if_there(unfinished_), "new");
  EXPECT_FALSE(open_locked(unfinished_));

  calls.release();
  replacing.get();
  EXPECT_EQ(read_if_there(path_), "new");
}

TEST_F(LockedFileTest, DoesNotTouchWhatAnotherProcessWrites) {
  auto file = LockedFile::open(path_);
  file->replace("content");
  replace_file(unfinished_, "another's");
  const auto others = open_locked(unfinished_);

  try {
    file->replace("new");
    ADD_FAILURE() << "expected an exception";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), "another process writes " + unfinished_.string());
  }
  EXPECT_EQ(error_of([&] { file->probe(); }), std::errc::operation_would_block);

  EXPECT_EQ(read_if_there(path_), "content");
  EXPECT_EQ(read_if_there(unfinished_), "another's");
}

TEST_F(LockedFileTest, SaysBeforehandWhetherItCanBeReplaced) {
  auto file = LockedFile::open(path_);
  file->probe();
  EXPECT_FALSE(std::filesystem::exists(unfinished_)) << "a probe leaves nothing";

  std::filesystem::remove_all(directory_.path());
  EXPECT_EQ(error_of([&] { file->probe(); }), std::errc::no_such_file_or_directory);
}

TEST_F(LockedFileTest, SaysWhyItCannotBeOpenedOrLocked) {
  const auto nowhere = directory_.path() / "nowhere" / "file";
  EXPECT_EQ(error_of([&] { open_locked(nowhere); }), std::errc::no_such_file_or_directory);

  support::FileCalls calls(directory_.path());
  calls.fail("lock file", EIO);
  EXPECT_EQ(error_of([&] { open_locked(path_); }), std::errc::io_error);
}

TEST_F(LockedFileTest, IsOpenedWithoutALockWhereThereAreNone) {
  for (const int error : {ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL}) {
    support::FileCalls calls(directory_.path());
    calls.fail("lock file", error);
    EXPECT_TRUE(open_locked(path_)) << error;
  }
}

TEST_F(LockedFileTest, KeepsALinkAndReplacesWhatItLeadsTo) {
  const auto link = directory_.path() / "link";
  std::filesystem::create_symlink("file", link);
  auto file = LockedFile::open(link);
  ASSERT_TRUE(file);

  file->replace("content");

  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_if_there(path_), "content");
  EXPECT_FALSE(open_locked(path_)) << "the file is locked by whatever name";
}

TEST_F(LockedFileTest, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THROW(LockedFile::open(path_), NoRegularFile) << "nobody reads it";
  const Descriptor reader(::open(path_.c_str(), O_RDONLY | O_NONBLOCK));
  EXPECT_THROW(LockedFile::open(path_), NoRegularFile) << "somebody reads it";
  EXPECT_TRUE(std::filesystem::is_fifo(path_));
}

}  // namespace
}  // namespace annals::io
