#include "config/data_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>
#include <set>
#include <string>

#include <sys/stat.h>

#include "support/machine/temporary_directory.h"

namespace annals::config {
namespace {

constexpr int kStarts = 8;

TEST(DataDirectoryTest, OfSeveralFirstStartsOneMakesTheKeyAndAllHaveIt) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    const support::TemporaryDirectory directory;
    std::latch ready(kStarts);
    std::vector<std::future<KeyFile>> starts;
    for (int i = 0; i < kStarts; ++i) {
      starts.push_back(std::async(std::launch::async, [&] {
        DataDirectory data(directory.path(), DataDirectory::Use::shared);
        ready.arrive_and_wait();
        return data.find_or_make_api_key();
      }));
    }
    std::set<std::string> keys;
    int made = 0;
    for (auto& start : starts) {
      const auto found = start.get();
      keys.insert(found.key.reveal());
      made += found.made_now ? 1 : 0;
    }
    EXPECT_EQ(keys.size(), 1U) << "a key that is shown must be the one that is kept";
    EXPECT_EQ(made, 1);
  }
}

TEST(DataDirectoryTest, AKeyIsReadableByItsOwnerOnlyAndNothingElseIsLeft) {
  const support::TemporaryDirectory directory;
  DataDirectory data(directory.path(), DataDirectory::Use::alone);
  const auto made = data.find_or_make_api_key();
  EXPECT_TRUE(made.made_now);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(data.api_key()).permissions(), perms::owner_read | perms::owner_write);
  const auto files = std::filesystem::directory_iterator(directory.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 3) << "the key, the lock and the format";
  EXPECT_EQ(data.find_or_make_api_key().key.reveal(), made.key.reveal());
}

/// A data directory with a platform key that somebody else has put there.
class GivenKey : public testing::Test {
 protected:
  void give(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path()) << text;
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
  }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "api_key"; }
  KeyFile find() { return data_.find_or_make_api_key(); }
  [[nodiscard]] const DataDirectory& data() const { return data_; }

 private:
  support::TemporaryDirectory directory_;
  DataDirectory data_{directory_.path(), DataDirectory::Use::alone};
};

TEST_F(GivenKey, IsTheFirstLineOfItsFile) {
  give("a-key-of-my-own-choice\nanything");
  EXPECT_EQ(find().key.reveal(), "a-key-of-my-own-choice");
  EXPECT_TRUE(data().warnings().empty());
}

TEST_F(GivenKey, IsRefusedByTheRulesOfTheConfiguredOnes) {
  for (const std::string text : {"short", "", "\n", "fifteen-letters", "a-key-of-windows\r\n",
                                 "a key with several blanks", "a-key-of-gr\xc3\xbcn-letters"}) {
    give(text);
    EXPECT_THROW(find(), std::runtime_error) << "for \"" << text << '"';
  }
}

TEST_F(GivenKey, ThatIsRefusedIsNotShown) {
  give("short");
  try {
    find();
    FAIL() << "expected that the key is refused";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).find("short"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(path().string()), std::string::npos) << error.what();
  }
}

TEST_F(GivenKey, ThatEverybodyCanReadIsWarnedAbout) {
  give("a-key-of-my-own-choice", 0644);
  EXPECT_TRUE(find().is_public);
  ASSERT_EQ(data().warnings().size(), 1U);
  EXPECT_NE(data().warnings().front().find(path().string()), std::string::npos);
}

TEST_F(GivenKey, MayBeReadByAGroup) {
  give("a-key-of-my-own-choice", 0660);
  EXPECT_FALSE(find().is_public) << "volumes of containers are given to a group";
}

TEST_F(GivenKey, ThatAnybodyCanWriteIsRefused) {
  give("a-key-of-my-own-choice", 0666);
  EXPECT_THROW(find(), std::runtime_error);
}

TEST_F(GivenKey, IsNotLookedForBehindALink) {
  const support::TemporaryDirectory elsewhere;
  std::ofstream(elsewhere.path() / "key") << "a-key-of-my-own-choice\n";
  std::filesystem::create_symlink(elsewhere.path() / "key", path());
  EXPECT_THROW(find(), std::runtime_error);
}

TEST_F(GivenKey, IsNoDirectoryAndNoPipe) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_THROW(find(), std::runtime_error);
  std::filesystem::remove(path());
  std::filesystem::create_directory(path());
  EXPECT_THROW(find(), std::runtime_error);
}

TEST(DataDirectoryTest, TakesBackWhatAnEarlierVersionLetEverybodyRead) {
  using std::filesystem::perms;
  const support::TemporaryDirectory directory;
  std::filesystem::permissions(directory.path(), static_cast<perms>(0777));
  for (const auto* name : {"engine", "journal", "files"}) {
    std::filesystem::create_directory(directory.path() / name);
    std::filesystem::permissions(directory.path() / name, static_cast<perms>(0755));
  }
  const DataDirectory data(directory.path(), DataDirectory::Use::alone);
  for (const auto& path : {data.engine(), data.journal(), data.files()}) {
    EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_all) << path;
  }
  EXPECT_EQ(std::filesystem::status(data.path()).permissions(), static_cast<perms>(0775))
      << "nobody else may replace what is in it";
}

TEST(DataDirectoryTest, IsLockedForOneOrForThoseWhoShareIt) {
  const support::TemporaryDirectory directory;
  using Use = DataDirectory::Use;
  {
    const DataDirectory alone(directory.path(), Use::alone);
    EXPECT_THROW(DataDirectory(directory.path(), Use::alone), std::runtime_error);
    EXPECT_THROW(DataDirectory(directory.path(), Use::shared), std::runtime_error);
  }
  const DataDirectory shared(directory.path(), Use::shared);
  EXPECT_NO_THROW(DataDirectory(directory.path(), Use::shared));
  EXPECT_THROW(DataDirectory(directory.path(), Use::alone), std::runtime_error);
}

TEST(DataDirectoryTest, TellsWhetherItWasMade) {
  const support::TemporaryDirectory directory;
  EXPECT_TRUE(DataDirectory(directory.path() / "new", DataDirectory::Use::alone).made_now());
  EXPECT_FALSE(DataDirectory(directory.path() / "new", DataDirectory::Use::alone).made_now());
}

}  // namespace
}  // namespace annals::config
