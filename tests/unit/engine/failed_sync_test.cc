#include "engine/embedded/failed_sync.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "io/descriptor.h"
#include "io/durable_file.h"
#include "support/temporary_directory.h"

namespace annals::engine {
namespace {

/// Writes a file of one page and waits until it is on the disk.
void write_synced(const std::filesystem::path& path) {
  const std::filesystem::path unfinished = path.string() + ".new";
  io::GrowingFile file(unfinished, 0);
  file.append(std::string(4096, 'x'));
  file.sync_and_rename(path);
}

/// Returns whether the file's beginning is in the system's cache, or nullopt if the file system does not
/// tell.
std::optional<bool> is_cached(const std::filesystem::path& path) {
  const io::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 16> buffer{};
  const iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
  if (::preadv2(file.get(), &part, 1, 0, RWF_NOWAIT) > 0) return true;
  return errno == EAGAIN ? std::optional(false) : std::nullopt;
}

TEST(FailedSyncTest, IsKnownUntilItIsForgotten) {
  const support::TemporaryDirectory directory;
  EXPECT_FALSE(sync_has_failed(directory.path()));
  note_failed_sync(directory.path());
  note_failed_sync(directory.path());
  EXPECT_TRUE(sync_has_failed(directory.path()));
  forget_failed_sync(directory.path());
  EXPECT_FALSE(sync_has_failed(directory.path()));
}

TEST(FailedSyncTest, LeavesAFileThatSaysWhatItMeans) {
  const support::TemporaryDirectory directory;
  note_failed_sync(directory.path());
  const auto text = io::read_if_there(directory.path() / "annals-sync-failed");
  ASSERT_TRUE(text.has_value());
  EXPECT_TRUE(text->contains("has failed")) << *text;
}

TEST(FailedSyncTest, NotingItInADirectoryThatIsGoneIsNoFault) {
  const support::TemporaryDirectory directory;
  note_failed_sync(directory.path() / "gone");
  EXPECT_FALSE(sync_has_failed(directory.path() / "gone"));
}

TEST(FailedSyncTest, DropsEveryFileFromTheCache) {
  const support::TemporaryDirectory directory;
  const support::TemporaryDirectory elsewhere;
  std::filesystem::create_directories(directory.path() / "store" / "part");
  std::filesystem::create_directory_symlink(elsewhere.path(), directory.path() / "linked");
  std::filesystem::create_symlink("nowhere", directory.path() / "dangling");
  const std::array files{directory.path() / "top", directory.path() / "store" / "part" / "data.bin",
                         elsewhere.path() / "data.bin"};
  for (const auto& file : files) write_synced(file);
  if (is_cached(files.front()) != true) GTEST_SKIP() << "this file system does not tell what is cached";

  drop_cached_files(directory.path());

  if (!is_cached(files.front()).has_value()) GTEST_SKIP() << "this file system does not tell what is cached";
  for (const auto& file : files) EXPECT_EQ(is_cached(file), false) << file;
}

}  // namespace
}  // namespace annals::engine
