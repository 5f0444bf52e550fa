// What of the journal is on the disk, and when.

#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "io/free_room.h"
#include "journal/journal.h"
#include "support/coroutines/driven.h"
#include "support/machine/file_calls.h"
#include "support/machine/temporary_directory.h"

namespace annals::journal {
namespace {

using Names = std::vector<std::string>;

class JournalDurabilityTest : public testing::Test {
 protected:
  void open() {
    journal_.reset();
    journal_ = std::make_unique<Journal>(settings_);
  }
  boost::asio::awaitable<void> append_later(const ClientId& owner, const std::string& text) {
    return journal_->append(owner, {.bytes = std::string(sizeof(std::uint64_t), '\0') + text, .starts = {0}});
  }
  void append(const ClientId& owner, const std::string& text) { run(append_later(owner, text)); }
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return support::run_to_end(driver_, std::move(work));
  }
  std::optional<ErrorCode> error_of(boost::asio::awaitable<void> work) {
    return support::error_of(driver_, std::move(work));
  }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return settings_.directory / name;
  }

  const ClientId first_ = ClientId::random();
  const ClientId second_ = ClientId::random();
  support::TemporaryDirectory directory_;
  support::FileCalls calls_{directory_.path()};
  Journal::Settings settings_{.directory = directory_.path() / "journal",
                              .witness = directory_.path() / "witness",
                              .segment_bytes = 8192};

  support::Driver driver_;  // outlives the journal, whose thread may let go of a call later than its answer
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalDurabilityTest, TheTablesNeedAJournalOnlyOnceItHasAFile) {
  open();
  EXPECT_EQ(calls_.take(),
            (Names{"sync next", "sync next", "rename next " + segment_name(1), "sync journal",
                   "cut witness.new", "sync witness.new", "rename witness.new witness", "sync ."}))
      << "after a crash between the two the next start would refuse to go on without the journal";
}

TEST_F(JournalDurabilityTest, WhatIsAcknowledgedIsOnTheDisk) {
  open();
  calls_.take();
  append(first_, "acknowledged");
  EXPECT_TRUE(calls_.synced(segment_name(1)).contains("acknowledged"));
}

TEST_F(JournalDurabilityTest, NothingIsSyncedIfTheSettingSaysSo) {
  settings_.fsync = false;
  open();
  calls_.take();
  append(first_, "in the system's cache");
  run(journal_->forget(first_));
  for (const std::string& call : calls_.take()) EXPECT_FALSE(call.starts_with("sync 0")) << call;
  open();
  for (const std::string& call : calls_.take()) EXPECT_FALSE(call.starts_with("sync 0")) << call;
}

TEST_F(JournalDurabilityTest, WhatItReadsAtTheStartIsOnTheDisk) {
  open();
  append(first_, "kept");
  journal_.reset();
  calls_.take();
  open();
  EXPECT_TRUE(calls_.synced(segment_name(1)).contains("kept"))
      << "a process before may have been killed before its sync, and what is read here may be moved";
}

TEST_F(JournalDurabilityTest, AForgottenTenantIsOffTheDiskWithTheNamesOfItsFiles) {
  open();
  append(first_, "the secret of one");
  append(second_, "kept");
  calls_.take();

  run(journal_->forget(first_));

  EXPECT_TRUE(calls_.synced(segment_name(1) + ".new").contains("kept"));
  EXPECT_FALSE(calls_.synced(segment_name(1) + ".new").contains("the secret of one"));
  const Names calls = calls_.take();
  EXPECT_EQ(calls.back(), "sync journal") << "else a power cut would bring the old file back";
}

TEST_F(JournalDurabilityTest, AfterAFailedSyncNothingIsAcknowledgedUntilARestart) {
  open();
  append(first_, "acknowledged");
  calls_.fail("sync " + segment_name(1), EIO);
  EXPECT_THROW(append(first_, "not acknowledged"), JournalError);
  calls_.fail("", 0);
  EXPECT_THROW(append(second_, "not tried"), JournalError)
      << "the system may take the failed pages for clean";
  EXPECT_THROW(journal_->check(), JournalError);
  EXPECT_TRUE(journal_->has_failed());
  EXPECT_TRUE(journal_->status().has_failed);
  EXPECT_TRUE(std::filesystem::exists(file("failed-write")));
  EXPECT_FALSE(io::read_if_there(file(segment_name(1)))->contains("not tried"));

  open();

  EXPECT_FALSE(journal_->has_failed());
  EXPECT_FALSE(std::filesystem::exists(file("failed-write")));
  append(first_, "acknowledged again");
}

TEST_F(JournalDurabilityTest, AFailureIsRememberedOnTheDisk) {
  open();
  calls_.take();
  journal_->fail("the tables cannot be synced");
  EXPECT_EQ(calls_.take(), (Names{"cut failed-write", "sync journal"}));
  journal_->fail("again");
  EXPECT_EQ(calls_.take(), Names{}) << "once is enough";
}

TEST_F(JournalDurabilityTest, AFailureThatCannotBeRememberedIsOneAllTheSame) {
  open();
  std::filesystem::remove_all(settings_.directory);
  journal_->fail("the directory is gone");
  EXPECT_TRUE(journal_->has_failed());
}

TEST_F(JournalDurabilityTest, WhatIsBeingWrittenOfATenantThatIsForgottenIsRemovedToo) {
  open();
  calls_.hold("sync " + segment_name(1));
  support::Started written(driver_, append_later(first_, "the secret of one"));
  driver_.settle();
  calls_.wait_until_held();  // the writer has taken the record, and it is not among those that wait yet
  support::Started forgotten(driver_, journal_->forget(first_));
  driver_.settle();
  calls_.release();
  written.get();
  forgotten.get();
  EXPECT_EQ(journal_->last_of(first_), std::nullopt) << "nothing of it would be moved into a table";
  for (const auto& entry : std::filesystem::directory_iterator(settings_.directory)) {
    EXPECT_FALSE(io::read_if_there(entry.path())->contains("the secret of one")) << entry.path();
  }
}

TEST_F(JournalDurabilityTest, ADiskThatCannotRewriteAFileIsTrustedWithNothingMore) {
  open();
  append(first_, "secret");
  calls_.fail("sync " + segment_name(1) + ".new", EIO);
  EXPECT_THROW(run(journal_->forget(first_)), JournalError);
  EXPECT_TRUE(journal_->has_failed());
}

TEST_F(JournalDurabilityTest, AnErasureThatCouldNotBeginIsNotSaidToBeDone) {
  open();
  append(first_, "secret");
  calls_.fail("sync next", EIO);
  EXPECT_THROW(run(journal_->erase_released(first_)), JournalError);
}

TEST_F(JournalDurabilityTest, AFileOfWhichLittleIsNeededIsRewrittenOnce) {
  open();
  append(first_, "stays");
  for (int i = 0; i < 40; ++i) append(second_, std::string(3000, 'x'));
  journal_->moved(second_, 40);
  const std::string rewriting = "rename " + segment_name(1) + ".new " + segment_name(1);
  calls_.take();
  run(journal_->release(journal_->releasable()));
  EXPECT_EQ(std::ranges::count(calls_.take(), rewriting), 1);
  run(journal_->release(journal_->releasable()));
  EXPECT_EQ(std::ranges::count(calls_.take(), rewriting), 0);
}

TEST_F(JournalDurabilityTest, AFullDiskCostsNothingButTheAttempt) {
  open();
  append(first_, "secret");
  calls_.fail("sync " + segment_name(1) + ".new", ENOSPC);
  EXPECT_THROW(run(journal_->forget(first_)), JournalError);
  EXPECT_FALSE(journal_->has_failed());
  append(second_, "another");
}

// --- the next file ---

class NextFileTest : public JournalDurabilityTest {
 protected:
  /// Returns once the keeper has done what it was told.
  void wait_for_keeper() { run(journal_->erase_released(second_)); }
  static std::size_t count(const Names& calls, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::count(calls, name));
  }

  const std::string more_than_half_ = std::string(5000, 'x');
};

TEST_F(NextFileTest, IsPreparedOnceTheLastIsHalfFull) {
  open();
  append(first_, "little");
  wait_for_keeper();
  EXPECT_EQ(count(calls_.take(), "sync spare"), 0U);
  append(first_, more_than_half_);
  append(first_, "more");
  append(first_, "more");
  wait_for_keeper();
  append(first_, "more");
  wait_for_keeper();
  EXPECT_EQ(count(calls_.take(), "sync spare"), 1U);

  append(first_, more_than_half_);

  EXPECT_EQ(count(calls_.take(), "rename spare " + segment_name(2)), 1U);
  wait_for_keeper();
  append(first_, more_than_half_);
  EXPECT_EQ(count(calls_.take(), "rename spare " + segment_name(3)), 1U) << "each prepares its successor";
}

TEST_F(NextFileTest, IsNotThePreparedOneForWhatDoesNotFitIntoThat) {
  open();
  append(first_, more_than_half_);
  wait_for_keeper();
  calls_.take();
  append(first_, std::string(20'000, 'x'));
  EXPECT_EQ(count(calls_.take(), "rename next " + segment_name(2)), 1U);
}

TEST_F(NextFileTest, IsNotPreparedWhereTooLittleRoomWouldBeLeft) {
  settings_.min_free_bytes = UINT64_MAX / 2;
  open();
  append(first_, more_than_half_);
  wait_for_keeper();
  EXPECT_EQ(count(calls_.take(), "sync spare"), 0U);
  EXPECT_EQ(error_of(journal_->append(first_, {.bytes = std::string(8192, 'x'), .starts = {0}})),
            ErrorCode::engine_unavailable);
  EXPECT_FALSE(journal_->has_failed());
  append(first_, "there is room in the last one");
  run(journal_->forget(first_));  // may begin one all the same
  EXPECT_FALSE(io::read_if_there(file(segment_name(1)))->contains("there is room"));
}

TEST_F(NextFileTest, LeavesSoMuchRoomBesideItself) {
  settings_.min_free_bytes = 1;
  open();
  append(first_, std::string(10'000, 'x'));  // there is more than one byte

  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
  std::optional<ErrorCode> error;
  std::uint64_t room = 0;
  const auto has_grown = [&] { return io::free_room(directory_.path()) > room - (48 * kMebibyte); };
  // Others on the same disk may have removed something meanwhile.
  for (int tries = 0; tries == 0 || (tries < 10 && !error && has_grown()); ++tries) {
    room = io::free_room(directory_.path());
    settings_.min_free_bytes = room - (32 * kMebibyte);
    open();
    error = error_of(journal_->append(first_, {.bytes = std::string(64 * kMebibyte, 'x'), .starts = {0}}));
  }
  EXPECT_EQ(error, ErrorCode::engine_unavailable);
}

TEST_F(NextFileTest, CannotBeBegunOnAFullDiskAndThatIsNoFailure) {
  open();
  calls_.fail("write next", ENOSPC);
  EXPECT_EQ(error_of(journal_->append(first_, {.bytes = std::string(10'000, 'x'), .starts = {0}})),
            ErrorCode::engine_unavailable);
  EXPECT_FALSE(journal_->has_failed());
  calls_.fail("write next", EIO);
  EXPECT_NE(error_of(journal_->append(first_, {.bytes = std::string(10'000, 'x'), .starts = {0}})),
            std::nullopt);
  EXPECT_TRUE(journal_->has_failed());
}

}  // namespace
}  // namespace annals::journal
