#include "files/local/directory.h"

#include <fstream>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>

#include "support/machine/temporary_directory.h"

namespace annals::files {
namespace {

namespace fs = std::filesystem;

class FileDirectoryTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(root_); }

  void make(const fs::path& path) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << "content";
  }

  /// Removes all of `top`; the sizes of the pages.
  [[nodiscard]] std::vector<std::size_t> remove_pages(const std::string& top) const {
    const FileDirectory directory(root_);
    std::vector<std::size_t> sizes;
    while (const auto page = directory.next_page(top)) {
      sizes.push_back(page->names.size());
      directory.remove(*page);
    }
    return sizes;
  }

  support::TemporaryDirectory temporary_;
  const fs::path root_ = temporary_.path() / "files";
};

TEST_F(FileDirectoryTest, FilesGoInPagesAndTheirDirectoryWithTheLast) {
  for (int i = 0; i < 2001; ++i) make("a/" + std::to_string(i));

  const auto sizes = remove_pages("a");

  EXPECT_EQ(sizes, (std::vector<std::size_t>{1000, 1000, 1}));
  EXPECT_FALSE(fs::exists(root_ / "a"));
}

TEST_F(FileDirectoryTest, NeighboursStay) {
  for (const char* path : {"a/1", "a-b/1", "ab/1", "A/1", "b/1"}) make(path);

  (void)remove_pages("a");

  EXPECT_FALSE(fs::exists(root_ / "a"));
  for (const char* path : {"a-b/1", "ab/1", "A/1", "b/1"}) EXPECT_TRUE(fs::exists(root_ / path)) << path;
}

TEST_F(FileDirectoryTest, OfNamedFilesThoseThatAreThereGo) {
  for (const char* path : {"a/1", "a/2", "a/3", "b/1"}) make(path);
  const FileDirectory directory(root_);

  EXPECT_EQ(directory.remove_named("a", {"1", "3", "missing"}), 2U);
  EXPECT_EQ(directory.remove_named("a", {"1"}), 0U) << "it may be repeated";
  EXPECT_EQ(directory.remove_named("missing", {"1"}), 0U);

  EXPECT_TRUE(fs::exists(root_ / "a/2"));
  EXPECT_TRUE(fs::exists(root_ / "b/1"));
  EXPECT_FALSE(fs::exists(root_ / "a/1") || fs::exists(root_ / "a/3"));
}

TEST_F(FileDirectoryTest, TheBytesOfOneDirectoryAreCounted) {
  for (const char* path : {"a/1", "a/2", "ab/1"}) make(path);
  const FileDirectory directory(root_);

  EXPECT_EQ(directory.bytes_in("a"), 2 * std::string_view("content").size());
  EXPECT_EQ(directory.bytes_in("missing"), 0U);
}

TEST_F(FileDirectoryTest, DirectoriesInsideGoToo) {
  for (const char* path : {"a/1", "a/b/c/d/2", "a/b/3"}) make(path);
  fs::create_directories(root_ / "a/empty/emptier");

  (void)remove_pages("a");

  EXPECT_FALSE(fs::exists(root_ / "a"));
}

TEST_F(FileDirectoryTest, LinksGoButWhatTheyPointToStays) {
  make("b/kept");
  make("a/1");
  fs::create_symlink(root_ / "b", root_ / "a/directory");
  fs::create_symlink(root_ / "b/kept", root_ / "a/file");
  fs::create_symlink("nowhere", root_ / "a/dangling");
  fs::create_directory_symlink(root_ / "b", root_ / "linked");

  (void)remove_pages("a");
  (void)remove_pages("linked");

  EXPECT_FALSE(fs::exists(fs::symlink_status(root_ / "a")));
  EXPECT_FALSE(fs::exists(fs::symlink_status(root_ / "linked")));
  EXPECT_TRUE(fs::exists(root_ / "b/kept"));
}

TEST_F(FileDirectoryTest, ADirectoryThatBecameALinkAfterItWasListedIsNotFollowed) {
  make("b/1");
  make("a/1");
  const FileDirectory directory(root_);
  const auto page = directory.next_page("a");
  ASSERT_TRUE(page);
  fs::remove_all(root_ / "a");
  fs::create_directory_symlink(root_ / "b", root_ / "a");

  directory.remove(*page);

  EXPECT_TRUE(fs::exists(root_ / "b/1"));
}

TEST_F(FileDirectoryTest, WhatWasRemovedMeanwhileIsNoFailureAndWhatCameMeanwhileIsFound) {
  make("a/1");
  const FileDirectory directory(root_);
  const auto page = directory.next_page("a");
  ASSERT_TRUE(page);
  fs::remove(root_ / "a/1");
  make("a/2");

  directory.remove(*page);

  const auto next = directory.next_page("a");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->names, std::vector<std::string>{"2"});
}

TEST_F(FileDirectoryTest, AMissingRootIsAFailureAndNotAnEmptyOne) {
  fs::remove_all(root_);
  const FileDirectory directory(root_);
  EXPECT_THROW((void)directory.next_page("a"), std::system_error);

  directory.prepare();
  EXPECT_FALSE(directory.next_page("a"));
  EXPECT_TRUE(fs::is_empty(root_)) << "prepare() left something behind";
}

TEST_F(FileDirectoryTest, ARootThatIsAFileCannotBePrepared) {
  fs::remove_all(root_);
  std::ofstream(root_) << "file";
  EXPECT_THROW(FileDirectory(root_).prepare(), std::system_error);
}

}  // namespace
}  // namespace annals::files
