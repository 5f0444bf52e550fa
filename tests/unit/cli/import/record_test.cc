#include "cli/import/record.h"

#include <gtest/gtest.h>

#include "unit/cli/files.h"

namespace annals::cli {
namespace {

ImportIdentity identity() {
  return {.size = 1000, .changed = -5, .url = "http://h:1", .client_id = "c"};
}

class ImportRecordTest : public ::testing::Test {
 protected:
  [[nodiscard]] ImportCheckpoint kept() const {
    auto checkpoint = ImportCheckpoint::parse(testing::read(place_));
    return checkpoint ? *checkpoint : ImportCheckpoint{};
  }

  testing::TemporaryDirectory directory_;
  const std::filesystem::path place_ = directory_.path() / "f.annals-import";
  std::optional<io::LockedFile> checkpoint_ = io::LockedFile::open(place_);
  const ImportRecord::Files files_{.checkpoint = checkpoint_ ? &*checkpoint_ : nullptr,
                                   .rejected = directory_.path() / "f.rejected"};
};

BadLine bad(std::int64_t line) {
  return {.line = line, .problems = {"no"}, .text = "x"};
}

TEST_F(ImportRecordTest, KeepsHowFarItIsAfterEachBatch) {
  ImportRecord record({.identity = identity()}, files_);

  record.acknowledge({.offset = 100, .lines = 10}, {.accepted = 8, .duplicates = 2});
  record.acknowledge({.offset = 150, .lines = 16}, {.accepted = 5, .bad = {bad(12)}});

  EXPECT_EQ(kept().identity, identity());
  EXPECT_EQ(kept().done.offset, 150U);
  EXPECT_EQ(kept().done.lines, 16);
  EXPECT_EQ(kept().counts.accepted, 13U);
  EXPECT_EQ(kept().counts.duplicates, 2U);
  EXPECT_EQ(kept().counts.rejected, 1U);
  EXPECT_EQ(testing::read(files_.rejected), bad(12).json());
}

TEST_F(ImportRecordTest, CutsOffRejectedLinesThatTheKeptPlaceDoesNotKnow) {
  ImportRecord({.identity = identity()}, files_).acknowledge({.offset = 9, .lines = 1}, {.bad = {bad(1)}});
  testing::write(files_.rejected, bad(1).json() + bad(2).json());  // killed before the place was written

  ImportRecord(kept(), files_).acknowledge({.offset = 20, .lines = 2}, {.bad = {bad(2)}});

  EXPECT_EQ(testing::read(files_.rejected), bad(1).json() + bad(2).json());
}

TEST_F(ImportRecordTest, LeavesNoPlaceBehindAtTheEnd) {
  ImportRecord record({.identity = identity()}, files_);
  record.acknowledge({.offset = 9, .lines = 1}, {.accepted = 1});

  record.finish();

  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST(ImportCheckpoint, IsNothingWhenTheTextIsNone) {
  for (const std::string_view text :
       {"", "{}", "[]", "null", R"({"offset":1})", R"({"offset":-1})", "\0\0"}) {
    EXPECT_FALSE(ImportCheckpoint::parse(text)) << text;
  }
  std::string whole = ImportCheckpoint{.identity = identity()}.text();
  EXPECT_TRUE(ImportCheckpoint::parse(whole));
  EXPECT_FALSE(ImportCheckpoint::parse(std::string_view(whole).substr(0, whole.size() / 2)));
}

}  // namespace
}  // namespace annals::cli
