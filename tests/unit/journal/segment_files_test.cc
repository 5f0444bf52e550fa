#include "journal/segment_files.h"

#include <gtest/gtest.h>

namespace annals::journal {
namespace {

using Numbers = std::vector<std::uint64_t>;

class SegmentFilesTest : public testing::Test {
 protected:
  void begin(std::uint64_t number) {
    files_.begin({.key = {.journal = random_uuid(), .number = number}, .next = number * 100});
  }
  [[nodiscard]] static Record record(const ClientId& owner, std::size_t bytes) {
    return {.owner = owner, .first = 1, .rows = 1, .bytes = std::string(bytes, 'x')};
  }

  const ClientId first_ = ClientId::random();
  const ClientId second_ = ClientId::random();
  SegmentFiles files_;
};

TEST_F(SegmentFilesTest, AFileIsEmptyOnceItsLastRecordIsMovedAndAnotherIsTheLast) {
  begin(1);
  files_.add(1, record(first_, 10));
  files_.add(1, record(second_, 10));
  files_.moved(1, record(first_, 10));
  begin(2);
  EXPECT_EQ(files_.emptied(), Numbers{});
  files_.moved(1, record(second_, 10));
  EXPECT_EQ(files_.emptied(), Numbers{1}) << "the last one is being written";
  EXPECT_EQ(files_.last(), 2U);
  EXPECT_EQ(files_.header_of(1).next, 100U);
  files_.remove(1);
  EXPECT_EQ(files_.emptied(), Numbers{});
}

TEST_F(SegmentFilesTest, KnowsWhoseBytesAFileHoldsWhetherTheyAreNeededOrNot) {
  begin(1);
  files_.add(1, record(first_, 10));
  files_.moved(1, record(first_, 10));
  begin(2);
  files_.add_unneeded(2, record(first_, 10));
  files_.add(2, record(second_, 10));
  EXPECT_EQ(files_.holding(first_), (Numbers{1, 2}));
  EXPECT_EQ(files_.holding(second_), Numbers{2});
  begin(3);
  EXPECT_EQ(files_.emptied(), Numbers{1})
      << "nobody waits for what is not needed, but somebody for the second";

  const Record left = record(second_, 10);
  files_.rewritten(2, {&left});

  EXPECT_EQ(files_.holding(first_), Numbers{1});
  EXPECT_EQ(files_.holding(second_), Numbers{2});
}

TEST_F(SegmentFilesTest, AnOldFileOfWhichLessThanAnEighthIsNeededIsSparse) {
  begin(1);
  files_.add(1, record(first_, 100));
  files_.add(1, record(second_, 700));
  files_.moved(1, record(second_, 700));
  begin(9);
  EXPECT_EQ(files_.sparse(), Numbers{}) << "an eighth is needed";
  files_.add(1, record(second_, 1));
  files_.moved(1, record(second_, 1));
  EXPECT_EQ(files_.sparse(), Numbers{1});

  const Record left = record(first_, 100);
  files_.rewritten(1, {&left});
  EXPECT_EQ(files_.sparse(), Numbers{}) << "now it holds nothing else";
}

TEST_F(SegmentFilesTest, AFileThatWasRewrittenMayBecomeSparseAgain) {
  begin(1);
  const Record little = record(first_, 100);
  const Record much = record(second_, 900);
  files_.add(1, little);
  files_.add(1, much);
  begin(9);
  files_.rewritten(1, {&little, &much});
  EXPECT_EQ(files_.sparse(), Numbers{});
  files_.moved(1, much);
  EXPECT_EQ(files_.sparse(), Numbers{1});
}

TEST_F(SegmentFilesTest, AYoungFileMayEmptyByItself) {
  begin(1);
  files_.add(1, record(first_, 1));
  files_.add(1, record(second_, 100));
  files_.moved(1, record(second_, 100));
  begin(8);
  EXPECT_EQ(files_.sparse(), Numbers{});
  begin(9);
  EXPECT_EQ(files_.sparse(), Numbers{1});
  files_.moved(1, record(first_, 1));
  EXPECT_EQ(files_.sparse(), Numbers{}) << "what is empty is removed instead";
}

TEST_F(SegmentFilesTest, FewSparseFilesAreRewrittenAtATime) {
  for (std::uint64_t number = 1; number <= 6; ++number) {
    begin(number);
    files_.add(number, record(first_, 1));
    files_.add(number, record(second_, 100));
    files_.moved(number, record(second_, 100));
  }
  begin(100);
  EXPECT_EQ(files_.sparse(), (Numbers{1, 2, 3, 4}));
}

}  // namespace
}  // namespace annals::journal
