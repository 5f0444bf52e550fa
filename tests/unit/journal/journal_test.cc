#include "journal/journal.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/coroutines/driven.h"
#include "unit/journal/opened_journal.h"

namespace annals::journal {
namespace {

TEST_F(JournalTest, NumbersTheRowsOfAllTenantsInOneOrder) {
  append(first_, 2);
  append(second_, 3);
  append(first_, 1);

  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1, 6}));
  EXPECT_EQ(waiting(second_), (std::vector<std::uint64_t>{3}));
}

TEST_F(JournalTest, WritesItsNumberIntoEachRow) {
  append(first_, 2);

  const auto record = journal().first_of(first_, 0).at(0)->record;
  EXPECT_EQ(record.rows, 2U);
  EXPECT_EQ(record.bytes, std::string("\1\0\0\0\0\0\0\0row", 11) + std::string("\2\0\0\0\0\0\0\0row", 11));
}

TEST_F(JournalTest, HasEverythingAfterARestartAndGoesOnNumbering) {
  append(first_, 2);
  append(second_, 1);

  open();

  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(waiting(second_), (std::vector<std::uint64_t>{3}));
  EXPECT_TRUE(journal().first_of(first_, 0).at(0)->may_be_moved);
  append(first_, 1);
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1, 4}));
}

TEST_F(JournalTest, GivesNoNumberTwiceAfterEverythingWasMoved) {
  append(first_, 5);
  journal().moved(first_, 1);
  open();  // begins another segment
  run(journal().release(journal().releasable()));
  journal().moved(first_, 1);
  run(journal().release(journal().releasable()));
  open();
  run(journal().release(journal().releasable()));
  open();

  append(first_, 1);

  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{6}));
}

TEST_F(JournalTest, GivesNoNumberTwiceThoughNoFileHoldsTheHighest) {
  append(first_, 5);
  journal().moved(first_, 1);
  run(journal().release(journal().releasable()));
  run(journal().erase_released(first_));  // begins another segment
  run(journal().release(journal().releasable()));
  ASSERT_EQ(segments().size(), 1U);
  open();

  append(first_, 1);

  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{6}));
}

TEST_F(JournalTest, NumbersAboveWhatATableHolds) {
  journal().raise(100);
  append(first_, 1);
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{101}));
  EXPECT_EQ(journal().reserve(10), 102U);
  append(first_, 1);
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{101, 112}));
}

TEST_F(JournalTest, KeepsASegmentUntilEveryRecordIsInItsTableAndReleased) {
  append(first_, 1, std::string(3000, 'a'));
  append(second_, 1, std::string(3000, 'b'));
  append(first_, 1, std::string(3000, 'c'));  // in the next segment
  ASSERT_EQ(segments().size(), 2U);

  journal().moved(first_, 1);
  EXPECT_TRUE(journal().releasable().segments.empty());
  journal().moved(second_, 1);
  const auto releasable = journal().releasable();
  EXPECT_EQ(releasable.records, 2U);
  EXPECT_EQ(releasable.segments.size(), 1U);
  EXPECT_EQ(segments().size(), 2U);

  run(journal().release(releasable));

  EXPECT_EQ(segments().size(), 1U);
  EXPECT_EQ(waiting(first_).size(), 1U);
  EXPECT_TRUE(journal().releasable().segments.empty()) << "it is given up once";
}

TEST_F(JournalTest, ForgetsEveryByteOfATenantAndKeepsItsNeighbours) {
  for (int i = 0; i < 5; ++i) {
    append(first_, 1, "the secret of one" + std::string(2500, '.'));
    append(second_, 1, "kept" + std::string(2500, '.'));
  }
  journal().moved(first_, 2);

  run(journal().forget(first_));

  EXPECT_FALSE(holds("the secret of one"));
  EXPECT_TRUE(waiting(first_).empty());
  const auto kept = waiting(second_);
  EXPECT_EQ(kept.size(), 5U);
  open();
  EXPECT_EQ(waiting(second_), kept);
  EXPECT_TRUE(waiting(first_).empty());
}

TEST_F(JournalTest, ForgettingATenantKeepsWhatOfOthersIsNotOnTheDiskInItsTable) {
  append(first_, 1, "secret");
  append(second_, 1, "moved");
  journal().moved(second_, 1);  // and the tables are not synced

  run(journal().forget(first_));

  EXPECT_TRUE(holds("moved"));
  open();
  EXPECT_EQ(waiting(second_), (std::vector<std::uint64_t>{2}));
}

TEST_F(JournalTest, ForgetsATenantLaterIfTheDiskHasNoRoomNow) {
  append(first_, 1, "secret");
  append(second_, 1, "kept");
  const fs::path rewritten = segments().front().string() + ".new";
  fs::create_symlink("/dev/full", rewritten);
  EXPECT_THROW(run(journal().forget(first_)), JournalError);
  fs::remove(rewritten);

  append(second_, 1, "kept too");
  run(journal().forget(first_));

  EXPECT_FALSE(holds("secret"));
  EXPECT_EQ(waiting(second_), (std::vector<std::uint64_t>{2, 3}));
}

TEST_F(JournalTest, ErasesWhatOfATenantWasGivenUpAndNothingElse) {
  append(first_, 1, "the old one");
  append(second_, 1, "somebody else's");
  journal().moved(first_, 1);
  append(first_, 1, "the young one");
  EXPECT_TRUE(journal().has_unreleased(first_, 1));
  EXPECT_FALSE(journal().has_unreleased(second_, 100));
  run(journal().erase_released(first_));
  EXPECT_TRUE(holds("the old one")) << "its table may not be on the disk";

  run(journal().release(journal().releasable()));
  EXPECT_FALSE(journal().has_unreleased(first_, 1));
  run(journal().erase_released(first_));

  EXPECT_FALSE(holds("the old one"));
  append(first_, 1, "a later one");
  open();
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(waiting(second_), (std::vector<std::uint64_t>{2}));
}

TEST_F(JournalTest, KnowsUpToWhichRecordItHasGivenNothingUpYet) {
  append(first_, 2);
  append(first_, 1);
  append(second_, 1);
  journal().moved(first_, 2);
  EXPECT_TRUE(journal().has_unreleased(first_, 1));
  EXPECT_FALSE(journal().has_unreleased(first_, 0)) << "its first record begins later";
  EXPECT_FALSE(journal().has_unreleased(second_, 4)) << "it is not in its table";
  run(journal().release(journal().releasable()));
  EXPECT_FALSE(journal().has_unreleased(first_, 3));
}

TEST_F(JournalTest, RefusesRowsOfAForgottenTenant) {
  run(journal().forget(first_));
  EXPECT_THROW(append(first_, 1), Error);
  EXPECT_FALSE(holds("row"));
}

TEST_F(JournalTest, IsFullForATenantBeforeItIsForAll) {
  auto small = settings();
  small.max_bytes = 10'000;
  small.max_bytes_per_tenant = 4'000;
  journal_.reset();
  journal_ = std::make_unique<Journal>(small);
  EXPECT_FALSE(journal().is_full(first_, 20'000)) << "what exceeds a whole limit may wait alone";
  append(first_, 1, std::string(3000, 'a'));

  EXPECT_TRUE(journal().is_full(first_, 2000));
  EXPECT_FALSE(journal().is_full(first_, 4000 - 3008)) << "what fits just so is not too much";
  EXPECT_FALSE(journal().is_full(second_, 2000));
  EXPECT_FALSE(journal().is_full(second_, 6000)) << "what is written is counted once";
  append(second_, 1, std::string(6000, 'b'));
  EXPECT_TRUE(journal().is_full(ClientId::random(), 2000));
  journal().moved(second_, 1);
  EXPECT_TRUE(journal().is_full(ClientId::random(), 2000)) << "its table is not synced";
}

TEST_F(JournalTest, SaysWhatItHolds) {
  auto small = settings();
  small.max_bytes = 10'000;
  journal_.reset();
  journal_ = std::make_unique<Journal>(small);
  append(first_, 2, std::string(992, 'a'));
  append(second_, 1, std::string(492, 'b'));
  journal().moved(second_, 1);

  const auto status = journal().status();

  EXPECT_EQ(status.rows, 2U);
  EXPECT_EQ(status.bytes, 2000U);
  EXPECT_EQ(status.unsynced_bytes, 500U);
  EXPECT_EQ(status.max_bytes, 10'000U);
  EXPECT_EQ(status.tenants, 1U);
  EXPECT_EQ(journal().tenants(), 1U);
  EXPECT_GT(status.age, std::chrono::steady_clock::duration::zero());
  EXPECT_FALSE(status.has_failed);
  EXPECT_EQ(journal().fill(), 0.25) << "what is not synced in its table takes room too";
  run(journal().release(journal().releasable()));
  EXPECT_EQ(journal().fill(), 0.2);
}

TEST_F(JournalTest, TakesRowsAgainOfATenantThatIsReadmitted) {
  run(journal().forget(first_));
  journal().readmit(first_);
  append(first_, 1);
  EXPECT_EQ(waiting(first_).size(), 1U);
}

TEST_F(JournalTest, KeepsTheOrderOfTheNumbersWhereItRemovesATenant) {
  append(second_, 1, "moved");
  append(second_, 1, "waits");
  append(first_, 1, "secret");
  journal().moved(second_, 1);
  run(journal().forget(first_));
  open();
  EXPECT_EQ(waiting(second_), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(JournalTest, BeginsNoFileToEraseWhatIsNotInTheLastOne) {
  append(first_, 1);
  run(journal().erase_released(second_));
  EXPECT_EQ(segments().size(), 1U);
}

TEST_F(JournalTest, LeavesTheFileAloneThatIsBeingWrittenWhenItErases) {
  append(first_, 1, "the old one");
  journal().moved(first_, 1);
  run(journal().release(journal().releasable()));
  support::Started erasing(driver(), journal().erase_released(first_));
  driver().settle();  // the writer knows of it, and begins another file
  append(first_, 1, "a younger one");
  erasing.get();
  append(first_, 1, "a later one");

  open();

  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_FALSE(holds("the old one"));
}

TEST_F(JournalTest, BeginsAFileForEachErasureAndForNothingElse) {
  append(first_, 1);
  run(journal().erase_released(first_));
  EXPECT_EQ(segments().size(), 2U);
  append(first_, 1);
  append(second_, 1);
  run(journal().erase_released(ClientId::random()));
  EXPECT_EQ(segments().size(), 2U) << "the first erasure is over";
}

TEST_F(JournalTest, WritesNoMoreAtOnceThanItsLimit) {
  std::vector<std::unique_ptr<support::Started<void>>> calls;
  for (int i = 0; i < 6; ++i) {
    calls.push_back(std::make_unique<support::Started<void>>(
        driver(), journal().append(first_, rows_of(1, std::string(std::size_t{3} << 20U, 'x')))));
  }
  for (const auto& call : calls) call->get();
  EXPECT_EQ(journal().status().commits.count(), 6U) << "two of three MiB do not go together";
}

TEST_F(JournalTest, TakesARecordThatIsLargerThanASegment) {
  append(first_, 1, std::string(100'000, 'x'));
  append(first_, 1, "small");
  open();
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(JournalTest, WritesManyAtOnceTogetherAndAnswersEach) {
  std::vector<std::unique_ptr<support::Started<void>>> calls;
  for (int i = 0; i < 500; ++i) {
    calls.push_back(std::make_unique<support::Started<void>>(
        driver(), journal().append(i % 2 ? first_ : second_, rows_of(1, "x"))));
  }
  for (const auto& call : calls) call->get();
  open();
  EXPECT_EQ(waiting(first_).size() + waiting(second_).size(), 500U);
}

TEST_F(JournalTest, DoesNotKeepWholeSegmentsForTheFewRecordsThatCannotBeMoved) {
  append(first_, 1, "stays");
  for (int i = 0; i < 40; ++i) append(second_, 1, std::string(3000, 'b'));
  ASSERT_GT(segments().size(), 12U);
  const auto first = segments().front();
  const auto before = fs::file_size(first);
  journal().moved(second_, 40);

  run(journal().release(journal().releasable()));

  EXPECT_LT(fs::file_size(first), before / 8);
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1}));
  open();
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1}));
}

TEST_F(JournalTest, DoesNotKeepThemAfterARestartEither) {
  append(first_, 1, "stays");
  for (int i = 0; i < 40; ++i) append(second_, 1, std::string(3000, 'b'));
  open();
  const auto first = segments().front();
  const auto before = fs::file_size(first);
  journal().moved(second_, 40);
  run(journal().release(journal().releasable()));
  EXPECT_LT(fs::file_size(first), before / 8);
}

TEST_F(JournalTest, GoesOnThroughManySegmentsWhoseSuccessorsAreMadeMeanwhile) {
  for (int i = 0; i < 200; ++i) append(i % 2 == 0 ? first_ : second_, 1, std::string(3000, 'x'));
  open();
  EXPECT_EQ(waiting(first_).size() + waiting(second_).size(), 200U);
}

}  // namespace
}  // namespace annals::journal
