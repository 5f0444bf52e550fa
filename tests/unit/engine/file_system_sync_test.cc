#include "engine/embedded/file_system_sync.h"

#include <gtest/gtest.h>

#include "support/machine/temporary_directory.h"

namespace annals::engine {
namespace {

TEST(FileSystemSyncTest, SyncsADirectoryWithEverythingInIt) {
  const support::TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "store");
  FileSystemSync sync(directory.path());
  EXPECT_NO_THROW(sync.run());
}

TEST(FileSystemSyncTest, RefusesADirectoryThatLeadsToAnotherFileSystem) {
  const support::TemporaryDirectory directory;
  std::filesystem::create_directory_symlink("/proc", directory.path() / "store");
  try {
    const FileSystemSync sync(directory.path());
    FAIL() << "a sync would not reach /proc";
  } catch (const std::runtime_error& error) {
    EXPECT_TRUE(std::string_view(error.what()).contains("store")) << error.what();
  }
}

TEST(FileSystemSyncTest, ALinkWithinTheFileSystemIsNoFault) {
  const support::TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "elsewhere");
  std::filesystem::create_directory_symlink("elsewhere", directory.path() / "store");
  EXPECT_NO_THROW(FileSystemSync(directory.path()));
}

}  // namespace
}  // namespace annals::engine
