#include "journal/journal.h"

#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "support/driven.h"
#include "support/temporary_directory.h"

namespace annals::journal {
namespace {

namespace fs = std::filesystem;

NumberedRows rows_of(std::size_t count, const std::string& text) {
  NumberedRows rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.starts.push_back(static_cast<std::uint32_t>(rows.bytes.size()));
    rows.bytes += std::string(sizeof(std::uint64_t), '\0') + text;
  }
  return rows;
}

class JournalTest : public testing::Test {
 protected:
  JournalTest() { open(); }

  void open() {
    journal_.reset();
    journal_ = std::make_unique<Journal>(settings());
  }
  [[nodiscard]] Journal::Settings settings() const {
    return {.directory = directory(), .witness = directory_.path() / "witness", .segment_bytes = 8192};
  }
  [[nodiscard]] fs::path directory() const { return directory_.path() / "journal"; }
  [[nodiscard]] Journal& journal() { return *journal_; }

  void append(const ClientId& owner, std::size_t count, const std::string& text = "row") {
    run(journal().append(owner, rows_of(count, text)));
  }
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return support::run_to_end(driver_, std::move(work));
  }
  /// The first numbers of what waits.
  std::vector<std::uint64_t> waiting(const ClientId& owner) {
    std::vector<std::uint64_t> numbers;
    for (const auto& one : journal().first_of(owner, SIZE_MAX)) numbers.push_back(one->record.first);
    return numbers;
  }
  [[nodiscard]] std::vector<fs::path> segments() const {
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory())) {
      if (entry.path().extension() == ".journal") files.insert(entry.path());
    }
    return {files.begin(), files.end()};
  }
  /// Whether any file of the journal holds the text.
  [[nodiscard]] bool holds(const std::string& text) const {
    for (const auto& entry : fs::directory_iterator(directory())) {
      if (io::read_if_there(entry.path()).value_or("").contains(text)) return true;
    }
    return false;
  }
  void expect_refused(const std::string& reason) {
    journal_.reset();
    try {
      const Journal damaged(settings());
      FAIL() << "expected that it refuses to start";
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    }
  }

  const ClientId first_ = ClientId::random();
  const ClientId second_ = ClientId::random();
  std::unique_ptr<Journal> journal_;

 private:
  support::TemporaryDirectory directory_;
  support::Driver driver_;
};

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
  EXPECT_FALSE(journal().is_full(second_, 2000));
  EXPECT_FALSE(journal().is_full(second_, 6000)) << "what is written is counted once";
  append(second_, 1, std::string(6000, 'b'));
  EXPECT_TRUE(journal().is_full(ClientId::random(), 2000));
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

TEST_F(JournalTest, ErasesWhileTheTenantGoesOnWriting) {
  support::Driver driver;
  std::size_t kept = 0;
  for (int i = 0; i < 30; ++i) {
    support::Started erasing(driver, journal().erase_released(first_));
    support::Started writing(driver, journal().append(first_, rows_of(1, "kept")));
    erasing.get();
    writing.get();
    ++kept;
  }
  open();
  EXPECT_EQ(waiting(first_).size(), kept);
}

TEST_F(JournalTest, WritesNoMoreAtOnceThanItsLimit) {
  support::Driver driver;
  std::vector<std::unique_ptr<support::Started<void>>> calls;
  for (int i = 0; i < 6; ++i) {
    calls.push_back(std::make_unique<support::Started<void>>(
        driver, journal().append(first_, rows_of(1, std::string(std::size_t{3} << 20U, 'x')))));
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
  support::Driver driver;
  std::vector<std::unique_ptr<support::Started<void>>> calls;
  for (int i = 0; i < 500; ++i) {
    calls.push_back(std::make_unique<support::Started<void>>(
        driver, journal().append(i % 2 ? first_ : second_, rows_of(1, "x"))));
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

TEST_F(JournalTest, GoesOnThroughManySegmentsWhoseSuccessorsAreMadeMeanwhile) {
  for (int i = 0; i < 200; ++i) append(i % 2 == 0 ? first_ : second_, 1, std::string(3000, 'x'));
  open();
  EXPECT_EQ(waiting(first_).size() + waiting(second_).size(), 200U);
}

// --- damage ---

TEST_F(JournalTest, RefusesToStartWithADamagedRecordAndNamesIt) {
  append(first_, 1, "first");
  append(first_, 1, "second");
  journal_.reset();
  auto text = *io::read_if_there(segments().front());
  text[text.find("first")] = 'F';
  std::ofstream(segments().front(), std::ios::binary) << text;

  expect_refused("Acknowledged events with numbers above 0 may be lost");
}

TEST_F(JournalTest, RefusesToStartWithoutTheFilesThatTheTablesNeed) {
  append(first_, 1);
  journal_.reset();
  fs::remove_all(directory());
  expect_refused("need the journal");
}

TEST_F(JournalTest, RefusesToStartWithTheFilesOfAnotherJournal) {
  append(first_, 1);
  journal_.reset();
  fs::remove(settings().witness);
  std::ofstream(settings().witness) << uuid_text(random_uuid()) << "\n";
  expect_refused("need the journal");
}

TEST_F(JournalTest, CutsAnInterruptedWriteOffAndGoesOn) {
  append(first_, 1, "kept");
  append(first_, 1, std::string(2000, 'x'));
  journal_.reset();
  auto text = *io::read_if_there(segments().back());
  const auto at = text.find(std::string(1500, 'x'));
  text.replace(at + 600, 1400, 1400, '\0');
  std::ofstream(segments().back(), std::ios::binary) << text;

  open();
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1}));
  open();  // no damage is left
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1}));
}

}  // namespace
}  // namespace annals::journal
