#include "engine/embedded/failed_sync.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <string>

#include "io/descriptor.h"
#include "io/durable_file.h"
#include "support/machine/temporary_directory.h"

namespace annals::engine {
namespace {

/// Writes a file of one page and waits until it is on the disk.
void write_synced(const std::filesystem::path& path) {
  const std::filesystem::path unfinished = path.string() + ".new";
  io::GrowingFile file(unfinished, 0);
  file.append(std::string(4096, 'x'));
  file.sync_and_rename(path);
}

/// Returns whether the system's cache holds the file's first page. It does not begin to read, as preadv2()
/// does even when told not to wait, so that what it asks for may be there before it answers.
bool is_cached(const std::filesystem::path& path) {
  const io::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  void* mapped = ::mmap(nullptr, 1, PROT_READ, MAP_SHARED, file.get(), 0);
  unsigned char page = 0;
  EXPECT_EQ(::mincore(mapped, 1, &page), 0);
  ::munmap(mapped, 1);
  return (page & 1U) != 0;
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
  if (!directory.has_disk()) GTEST_SKIP() << "this file system is in memory";
  for (const auto& file : files) EXPECT_TRUE(is_cached(file)) << file;

  drop_cached_files(directory.path());

  for (const auto& file : files) EXPECT_FALSE(is_cached(file)) << file;
}

}  // namespace
}  // namespace annals::engine
