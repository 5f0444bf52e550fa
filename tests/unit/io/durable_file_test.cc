#include "io/durable_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <iterator>
#include <optional>

#include <gtest/gtest.h>

#include "support/machine/file_calls.h"
#include "support/machine/temporary_directory.h"

namespace annals::io {
namespace {

using Names = std::vector<std::string>;

class DurableFileTest : public testing::Test {
 protected:
  [[nodiscard]] Names files() const {
    Names names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  /// Makes the file, and tries to again. Returns the calls of the first time.
  Names make_once() {
    EXPECT_TRUE(make_durably(path_, "first"));
    Names calls = calls_.take();
    EXPECT_FALSE(make_durably(path_, "second"));
    EXPECT_EQ(read_if_there(path_), "first");
    EXPECT_EQ(std::filesystem::status(path_).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(files(), Names{"file"});
    return calls;
  }

  support::TemporaryDirectory directory_;
  support::FileCalls calls_{directory_.path()};
  const std::filesystem::path path_ = directory_.path() / "file";
};

/// Returns the error with which something fails, or 0.
template <class Work>
int error_of(Work work) {
  try {
    work();
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

std::size_t open_files() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

TEST_F(DurableFileTest, IsReadWholeOrIsNotThere) {
  EXPECT_EQ(read_if_there(path_), std::nullopt);
  const std::string large(10'000, 'x');
  replace_file(path_, large);
  EXPECT_EQ(read_if_there(path_), large);
  replace_file(path_, "");
  EXPECT_EQ(read_if_there(path_), "");
}

TEST_F(DurableFileTest, IsNotTakenForOneThatIsNotThereIfItCannotBeRead) {
  EXPECT_EQ(error_of([&] { read_if_there(directory_.path()); }), EISDIR);
  EXPECT_EQ(error_of([&] { read_if_there(path_ / "below" / "nothing"); }), 0);
  replace_file(path_, "a file");
  EXPECT_EQ(error_of([&] { read_if_there(path_ / "below a file"); }), ENOTDIR);
}

TEST_F(DurableFileTest, ReplacesAFileByRenamingAWholeOne) {
  replace_file(path_, "old");
  calls_.take();

  replace_file(path_, "new");

  EXPECT_EQ(calls_.take(), (Names{"cut file.new", "rename file.new file"}));
  EXPECT_EQ(read_if_there(path_), "new");
}

TEST_F(DurableFileTest, ReplacedDurablyIsOnTheDiskBeforeItHasItsNameAndTheNameBeforeItReturns) {
  replace_file(path_, "old");
  replace_file(path_.string() + ".new", "longer than what comes now, and left by a crash");
  calls_.take();

  replace_durably(path_, "new");

  EXPECT_EQ(calls_.synced("file.new"), "new");
  EXPECT_EQ(calls_.take(), (Names{"cut file.new", "sync file.new", "rename file.new file", "sync ."}));
  EXPECT_EQ(read_if_there(path_), "new");
}

TEST_F(DurableFileTest, AFailureLeavesTheOldContentAndNothingElse) {
  replace_file(path_, "old");
  for (const std::string step : {"cut file.new", "sync file.new", "rename file.new file"}) {
    calls_.fail(step, EIO);
    EXPECT_EQ(error_of([&] { replace_durably(path_, "new"); }), EIO) << step;
    EXPECT_EQ(read_if_there(path_), "old") << step;
  }
  EXPECT_EQ(files(), Names{"file"});
}

TEST_F(DurableFileTest, AFailureLeavesNoFileOpen) {
  const std::size_t before = open_files();
  for (const std::string step : {"cut file.new", "sync file.new", "rename file.new file", "sync ."}) {
    calls_.fail(step, EIO);
    EXPECT_EQ(error_of([&] { replace_durably(path_, "new"); }), EIO) << step;
    EXPECT_EQ(open_files(), before) << step;
  }
}

TEST_F(DurableFileTest, IsNotSaidToBeDurableIfItsNameIsNot) {
  calls_.fail("sync .", EIO);
  EXPECT_EQ(error_of([&] { replace_durably(path_, "new"); }), EIO);
  EXPECT_EQ(error_of([&] { make_durably(directory_.path() / "other", "new"); }), EIO);
}

TEST_F(DurableFileTest, IsMadeOnceForItsOwnerOnly) {
  const Names calls = make_once();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0], "open .");
  EXPECT_TRUE(calls[1].starts_with("sync #")) << "a file without a name: " << calls[1];
  EXPECT_EQ(calls[2], "sync .");
}

TEST_F(DurableFileTest, IsMadeWhereTheFileSystemHasNoFilesWithoutNamesToo) {
  calls_.fail("open .", EOPNOTSUPP);
  const Names calls = make_once();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_TRUE(calls[1].starts_with("sync file.")) << calls[1];
}

TEST_F(DurableFileTest, ThatCannotBeMadeIsAnError) {
  EXPECT_EQ(error_of([&] { make_durably(path_ / "below" / "nothing", "x"); }), ENOENT);
  EXPECT_EQ(error_of([&] { make_durably(directory_.path() / std::string(1000, 'x'), "x"); }), ENAMETOOLONG);
  EXPECT_EQ(error_of([&] { replace_durably(path_ / "below" / "nothing", "x"); }), ENOENT);
  EXPECT_EQ(error_of([&] { sync_directory(path_); }), ENOENT);
}

TEST_F(DurableFileTest, GrowsAtItsEndAfterWhatIsKept) {
  replace_file(path_, "0123456789");
  {
    GrowingFile file(path_, 4);
    file.append("ab");
    file.append("");
    file.append("c");
  }
  EXPECT_EQ(read_if_there(path_), "0123abc");
}

TEST_F(DurableFileTest, IsWrittenWholeHoweverOftenAWriteIsInterrupted) {
  const std::string content = "some content";
  calls_.interrupt_writes();
  replace_durably(path_, content);
  EXPECT_EQ(read_if_there(path_), content);
  EXPECT_TRUE(make_durably(directory_.path() / "made", content));
  EXPECT_EQ(read_if_there(directory_.path() / "made"), content);
}

TEST_F(DurableFileTest, IsLeftOpenOnlyByWhoBorrowedIt) {
  const std::size_t before = open_files();
  {
    GrowingFile file(path_, 0);
    GrowingFile moved(std::move(file));
    EXPECT_FALSE(file.open());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    EXPECT_TRUE(moved.open());
    GrowingFile other(directory_.path() / "other", 0);
    other = std::move(moved);
    other.append("moved");
    EXPECT_EQ(open_files(), before + 2);
    GrowingFile::borrowed(1, "standard output");
    EXPECT_NE(::fcntl(1, F_GETFD), -1);
    replace_durably(path_, *read_if_there(path_));
    make_durably(directory_.path() / "made", "x");
    sync_directory(directory_.path());
    EXPECT_EQ(open_files(), before + 2);
  }
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(read_if_there(path_), "moved");
}

TEST_F(DurableFileTest, HasAfterAMoveAllThatTheOtherHad) {
  const std::size_t before = open_files();
  {
    GrowingFile file = GrowingFile::borrowed(1, "standard output");
    file = GrowingFile(path_, 0);
    file.append("content");
    file.sync_and_rename(directory_.path() / "final");
  }
  EXPECT_NE(::fcntl(1, F_GETFD), -1);
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(read_if_there(directory_.path() / "final"), "content");
}

/// A process that was started without a standard input gets its number for the first file that it opens.
class NoStandardInput {
 public:
  NoStandardInput() { ::close(STDIN_FILENO); }
  ~NoStandardInput() { ::dup2(kept_.get(), STDIN_FILENO); }
  NoStandardInput(const NoStandardInput&) = delete;
  NoStandardInput& operator=(const NoStandardInput&) = delete;

 private:
  Descriptor kept_{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)};
};

TEST_F(DurableFileTest, NeedsNoStandardInput) {
  const NoStandardInput none;
  replace_durably(path_, "content");
  EXPECT_EQ(read_if_there(path_), "content");
  EXPECT_EQ(error_of([&] { sync_directory(directory_.path()); }), 0);
  EXPECT_TRUE(make_durably(directory_.path() / "made", "x"));
  {
    GrowingFile(path_, 3).append("sent");
  }
  EXPECT_EQ(read_if_there(path_), "consent");
  EXPECT_EQ(::fcntl(STDIN_FILENO, F_GETFD), -1) << "expected that all of them are closed";
}

/// What another process does that reads a file by its pages: they cannot be dropped as long as it has them.
class MappedFile {
 public:
  explicit MappedFile(const Descriptor& file)
      : page_(::mmap(nullptr, 1, PROT_READ, MAP_SHARED | MAP_POPULATE, file.get(), 0)) {}
  ~MappedFile() { ::munmap(page_, 1); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

 private:
  void* page_;
};

TEST_F(DurableFileTest, CannotBeReadFromTheDiskAgainWhileAnotherUsesIt) {
  if (!directory_.has_disk()) GTEST_SKIP() << "this file system is in memory";
  replace_durably(path_, "on the disk");
  replace_durably(directory_.path() / "empty", "");
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor empty(::open((directory_.path() / "empty").c_str(), O_RDONLY | O_CLOEXEC));
  std::optional<MappedFile> mapped(file);
  constexpr std::chrono::milliseconds kNoPatience{0};
  EXPECT_EQ(error_of([&] { drop_cached(file, path_, kNoPatience); }), EBUSY);
  EXPECT_EQ(error_of([&] { drop_cached(empty, path_, kNoPatience); }), 0);

  calls_.take();
  constexpr std::chrono::milliseconds kPatience{50};
  EXPECT_EQ(error_of([&] { drop_cached(file, path_, kPatience); }), EBUSY);
  EXPECT_LE(calls_.take().size(), 11U) << "expected a pause of 5 ms between two tries";

  calls_.take();
  auto dropped = std::async(std::launch::async, [&] { return error_of([&] { drop_cached(file, path_); }); });
  std::size_t tries = 0;
  while (tries < 2 && dropped.wait_for(kNoPatience) != std::future_status::ready)
    tries += calls_.take().size();
  mapped.reset();
  EXPECT_EQ(dropped.get(), 0);
  EXPECT_GE(tries, 2U) << "expected that it asks again until it is done";
}

TEST_F(DurableFileTest, IsNotMappedAnyMoreOnceItIsDropped) {
  if (!directory_.has_disk()) GTEST_SKIP() << "this file system is in memory";
  replace_durably(path_, "on the disk");
  drop_cached(Descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)), path_);
  EXPECT_FALSE(read_if_there("/proc/self/maps")->contains(path_.string()));
}

TEST_F(DurableFileTest, HasNoDiskToBeReadFromIfItIsInMemory) {
  const Descriptor file(::memfd_create("in memory", MFD_CLOEXEC));
  GrowingFile::borrowed(file.get(), "in memory").append("content");
  EXPECT_EQ(error_of([&] { drop_cached(file, path_, std::chrono::milliseconds(0)); }), 0);
}

TEST_F(DurableFileTest, ReportsWhatTheDiskRefuses) {
  GrowingFile full(Descriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC)), "/dev/full");
  EXPECT_EQ(error_of([&] { full.append("x"); }), ENOSPC);
  GrowingFile file(path_, 0);
  calls_.fail("cut file", EIO);
  EXPECT_EQ(error_of([&] { file.cut(0); }), EIO);
  const Descriptor open(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  calls_.fail("uncache file", EIO);
  EXPECT_EQ(error_of([&] { drop_cached(open, path_); }), EIO);
}

TEST_F(DurableFileTest, IsNamedInTheMessage) {
  const auto message_of = [](GrowingFile file) {
    try {
      file.append("x");
    } catch (const std::system_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_TRUE(message_of(GrowingFile::borrowed(-1, "standard output")).contains("standard output"));
  const auto open_full = [] { return Descriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC)); };
  EXPECT_TRUE(message_of(GrowingFile(open_full(), "a device")).contains("a device"));
}

}  // namespace
}  // namespace annals::io
