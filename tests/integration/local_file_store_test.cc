// The file store in a directory.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "files/local/store.h"
#include "integration/removals.h"
#include "support/machine/temporary_directory.h"

namespace annals::files {
namespace {

namespace fs = std::filesystem;

class LocalFileStoreTest : public testing::Test {
 protected:
  void put(const std::vector<std::string>& keys) const {
    for (const std::string& key : keys) {
      fs::create_directories((root_ / key).parent_path());
      std::ofstream(root_ / key) << "content";
    }
  }

  support::TemporaryDirectory temporary_;
  const fs::path root_ = temporary_.path() / "data" / "files";
  const FileLinks links_{crypto::Secret("the key of links"),
                         [] { return std::string("http://files.example"); }};
};

TEST_F(LocalFileStoreTest, RemovesEveryPageOfOneDatabaseAndNothingOfItsNeighbours) {
  LocalFileStore store(root_, links_);
  support::run(store.check());
  put(numbered("a/", 2500));
  put({"A/1", "a-b/1", "ab/1"});
  int pages = 0;

  const RemovedFiles removed = remove(store, "a", [&pages] { return call([&pages] { ++pages; }); });

  EXPECT_EQ(removed.objects, 2500U);
  EXPECT_GE(pages, 3);
  EXPECT_FALSE(fs::exists(root_ / "a"));
  for (const char* key : {"A/1", "a-b/1", "ab/1"}) EXPECT_TRUE(fs::exists(root_ / key)) << key;
  EXPECT_EQ(remove(store, "a").objects, 0U) << "a repetition is harmless";
}

TEST_F(LocalFileStoreTest, WhatBeforePageThrowsStopsTheRemovalAndARepetitionFinishes) {
  LocalFileStore store(root_, links_);
  put(numbered("a/", 1500));
  const auto taken_over = [] { throw std::domain_error("taken over"); };

  EXPECT_THROW(remove(store, "a", before_page(2, taken_over)), std::domain_error);

  const auto left = std::distance(fs::directory_iterator(root_ / "a"), fs::directory_iterator());
  EXPECT_EQ(left, 500);
  EXPECT_EQ(remove(store, "a").objects, 500U);
}

TEST_F(LocalFileStoreTest, ADirectoryThatIsMissingIsAFailureUntilCheckMakesIt) {
  LocalFileStore store(root_, links_);
  const std::string failure = failure_of_removal(store, "a");
  EXPECT_TRUE(failure.starts_with("local file store: ")) << failure;

  support::run(store.check());

  EXPECT_TRUE(fs::is_directory(root_));
  EXPECT_EQ(remove(store, "a").objects, 0U);
}

TEST_F(LocalFileStoreTest, CheckFailsWhereNoDirectoryCanBe) {
  std::ofstream(temporary_.path() / "data") << "a file in the way";
  LocalFileStore store(root_, links_);
  EXPECT_THROW(support::run(store.check()), FileStoreError);
}

}  // namespace
}  // namespace annals::files
