// What the journal refuses to start with, and what it mends at a start.

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "journal/segment.h"
#include "support/machine/temporary_directory.h"
#include "unit/journal/opened_journal.h"

namespace annals::journal {
namespace {

class JournalDamageTest : public JournalTest {};

TEST_F(JournalDamageTest, RefusesToStartWithADamagedRecordAndNamesIt) {
  append(first_, 1, "first");
  append(first_, 1, "second");
  journal_.reset();
  auto text = *io::read_if_there(segments().front());
  text[text.find("first")] = 'F';
  std::ofstream(segments().front(), std::ios::binary) << text;

  expect_refused("Acknowledged events with numbers above 0 may be lost");
}

TEST_F(JournalDamageTest, RefusesToStartWithoutTheFilesThatTheTablesNeed) {
  append(first_, 1);
  journal_.reset();
  fs::remove_all(directory());
  expect_refused("need the journal");
}

TEST_F(JournalDamageTest, RefusesToStartWithTheFilesOfAnotherJournal) {
  append(first_, 1);
  journal_.reset();
  fs::remove(settings().witness);
  std::ofstream(settings().witness) << uuid_text(random_uuid()) << "\n";
  expect_refused("need the journal");
}

TEST_F(JournalDamageTest, RefusesToStartWithAFileWithoutAHeader) {
  append(first_, 1);
  open();  // begins another segment
  append(first_, 1);
  journal_.reset();
  std::ofstream(segments().back(), std::ios::binary | std::ios::in).write("?", 1);
  expect_refused("it has no valid header. Acknowledged events with numbers above 1 may be lost");
}

TEST_F(JournalDamageTest, RefusesToStartWithRecordsOutOfOrder) {
  append(first_, 1);
  append(first_, 1);
  journal_.reset();
  const auto content = read_segment(segments().front()).value();
  rewrite_segment(segments().front(), content.header, {&content.records.at(1), &content.records.at(0)},
                  false);
  expect_refused("its records are not in order. Acknowledged events with numbers above 2 may be lost");
}

TEST_F(JournalDamageTest, RefusesToStartWithAFileOfAnotherJournalAmongItsOwn) {
  append(first_, 1);
  journal_.reset();
  const support::TemporaryDirectory elsewhere;
  {
    const Journal other({.directory = elsewhere.path() / "journal", .witness = elsewhere.path() / "witness"});
  }
  fs::copy(elsewhere.path() / "journal" / segment_name(1), directory() / segment_name(9));
  expect_refused("it is of another journal");
}

TEST_F(JournalDamageTest, RefusesToStartIfTheTablesNeedSomethingThatIsNoJournal) {
  journal_.reset();
  std::ofstream(settings().witness) << "rubbish\n";
  expect_refused("does not name a journal");
}

TEST_F(JournalDamageTest, IsTheSameJournalAfterEveryRestart) {
  for (int i = 0; i < 3; ++i) {
    append(first_, 1);
    open();
  }
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(JournalDamageTest, RemovesAFileThatACrashHasLeftHalfRewritten) {
  append(first_, 1, "kept");
  journal_.reset();
  const fs::path left = segments().front().string() + ".new";
  std::ofstream(left) << "the secret of one";
  open();
  EXPECT_FALSE(fs::exists(left));
  EXPECT_EQ(waiting(first_), (std::vector<std::uint64_t>{1}));
}

TEST_F(JournalDamageTest, CutsAnInterruptedWriteOffAndGoesOn) {
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
