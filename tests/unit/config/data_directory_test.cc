#include "config/data_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <latch>
#include <set>

#include "support/temporary_directory.h"

namespace annals::config {
namespace {

constexpr int kStarts = 8;

TEST(DataDirectoryTest, OfSeveralFirstStartsOneMakesTheKeyAndAllHaveIt) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    const support::TemporaryDirectory directory;
    std::latch ready(kStarts);
    std::vector<std::future<DataDirectory::Key>> starts;
    for (int i = 0; i < kStarts; ++i) {
      starts.push_back(std::async(std::launch::async, [&] {
        DataDirectory data(directory.path());
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
  DataDirectory data(directory.path());
  const auto made = data.find_or_make_api_key();
  EXPECT_TRUE(made.made_now);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(data.api_key()).permissions(), perms::owner_read | perms::owner_write);
  const auto files = std::filesystem::directory_iterator(directory.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
  EXPECT_EQ(data.find_or_make_api_key().key.reveal(), made.key.reveal());
}

}  // namespace
}  // namespace annals::config
