// What is moved because it is due, and what the journal gives up then.
#include "lanes/moves.h"

#include "unit/lanes/moving.h"

namespace annals::lanes {
namespace {

using namespace std::chrono_literals;

class MovesInBackground : public Moving {
 protected:
  /// Does to a tenant's events what its deletion does.
  awaitable<void> remove_events() {
    co_await journal_->forget(first_);
    throw EngineError(Kind::unavailable, 0, "the database is gone");
  }

  /// Lets something happen, with a new journal and empty tables each time, until that takes less than `time`.
  /// Returns false if the machine is too busy for that.
  template <class Work>
  [[nodiscard]] bool happens_within(std::chrono::milliseconds time, const Work& work) {
    constexpr int kTries = 10;
    for (int i = 0; i < kTries; ++i) {
      settings_.directory = directory_.path() / fmt::format("journal {}", i);
      settings_.witness = directory_.path() / fmt::format("witness {}", i);
      stored_.clear();
      inserts_ = syncs_ = 0;
      restart();
      const auto began = std::chrono::steady_clock::now();
      work();
      if (std::chrono::steady_clock::now() - began < time) return true;
    }
    return false;
  }
};

TEST_F(MovesInBackground, TheBackgroundMovesWhatIsDueAndSyncsTheTablesBeforeTheJournalGivesItUp) {
  ASSERT_TRUE(happens_within(1s, [&] {
    append(first_);
    append(second_);
    run();
  }));
  EXPECT_EQ(inserts_, 2);
  EXPECT_EQ(stored_, (Numbers{1, 2}));
  EXPECT_EQ(syncs_, 1);
  EXPECT_FALSE(journal_->has_unreleased(first_, 1));
  EXPECT_TRUE(journal_->has_unreleased(second_, 2)) << "a sync is shared by what is moved within a second";
}

TEST_F(MovesInBackground, WhatReadersHaveMovedIsGivenUpToo) {
  append(first_);
  run_to_end(moves_->settle(table(first_)));
  run();
  EXPECT_EQ(syncs_, 1);
  EXPECT_FALSE(journal_->has_unreleased(first_, 1));
}

TEST_F(MovesInBackground, WhatAReaderMovesMeanwhileIsNotMovedAgain) {
  append(first_);
  happens_meanwhile_ = [this] { return moves_->settle(table(first_)); };
  run();
  EXPECT_EQ(inserts_, 1);
  EXPECT_EQ(moves_->status().moves.succeeded.count(), 1U);
}

TEST_F(MovesInBackground, AfterAMoveWhatArrivesGoesFirst) {
  append(first_);
  engine_.on_insert = [](const engine::Insert& /*insert*/) { return io::pause(20ms); };
  const auto began = std::chrono::steady_clock::now();
  run();
  EXPECT_GE(std::chrono::steady_clock::now() - began, 5 * 20ms) << "it rests for four times the move's time";
}

TEST_F(MovesInBackground, NothingIsSyncedIfNothingWasMoved) {
  run();
  EXPECT_EQ(syncs_, 0);
}

TEST_F(MovesInBackground, WhatIsNotDueStays) {
  settings_.due = {.age = 1h, .bytes = 1000};
  restart();
  append(first_);
  run();
  EXPECT_EQ(inserts_, 0);
  const int before = syncs_;
  EXPECT_TRUE(run_to_end(moves_->move_all(std::chrono::steady_clock::now() + 1min))) << "unless all is to go";
  EXPECT_EQ(stored_, Numbers{1});
  EXPECT_EQ(syncs_, before + 1);
}

TEST_F(MovesInBackground, OfAFullJournalMoreIsMovedThanWhatIsDue) {
  settings_.due = {.age = 1h, .bytes = 100'000};
  settings_.max_bytes = 1000;
  restart();
  append(first_, 10, 8);
  append(second_, 1, 400);
  run();
  EXPECT_EQ(inserts_, 0) << "it is not crowded";
  restart();
  append(second_, 1, 80);
  run();
  EXPECT_EQ(inserts_, 1) << "the oldest goes, and then it is not crowded any more";
  EXPECT_EQ(journal_->last_of(first_), std::nullopt);
}

TEST_F(MovesInBackground, AStopEndsARunThatIsLong) {
  append(first_);
  std::stop_source stop;
  stop.request_stop();
  run_to_end(moves_->run(stop.get_token()));
  EXPECT_EQ(inserts_, 0);
}

TEST_F(MovesInBackground, ATableThatCannotTakeItsEventsHoldsNobodyUp) {
  int tried = 0;
  std::optional<std::uint64_t> left;
  bool are_all_moved = true;
  ASSERT_TRUE(happens_within(2s, [&] {
    append(first_);
    refuses_ = Kind::refused;
    run();
    tried = inserts_;
    left = journal_->last_of(first_);
    refuses_.reset();
    append(second_);
    run();
    are_all_moved = run_to_end(moves_->move_all(std::chrono::steady_clock::now() + 1min));
  }));
  EXPECT_EQ(tried, 1);
  EXPECT_EQ(left, 1U) << "they stay in the journal";
  EXPECT_EQ(stored_, Numbers{2}) << "the first is not tried again at once";
  EXPECT_FALSE(are_all_moved);
}

TEST_F(MovesInBackground, EventsOfADeletedTenantAreRemoved) {
  append(first_);
  is_gone_ = true;
  run();
  EXPECT_EQ(journal_->last_of(first_), std::nullopt);
  EXPECT_EQ(inserts_, 0);
  EXPECT_THROW(append(first_), Error) << "and no more are taken";
}

TEST_F(MovesInBackground, EventsOfATenantThatIsBeingDeletedWaitForItsDeletion) {
  append(first_);
  is_being_deleted_ = true;
  run();
  EXPECT_EQ(found_, 1);
  EXPECT_EQ(journal_->last_of(first_), 1U);
  run();
  EXPECT_EQ(found_, 1) << "it is not asked for all the time";
  append(first_);
}

TEST_F(MovesInBackground, AMoveThatADeletionOvertakesIsNoTrouble) {
  append(first_);
  happens_meanwhile_ = [this] { return remove_events(); };
  testing::internal::CaptureStderr();
  run();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(found_, 1);
}

TEST_F(MovesInBackground, TablesThatCannotBeSyncedEndTheJournal) {
  append(first_);
  append(second_);
  sync_fails_ = true;
  EXPECT_THROW(run(), EngineError);
  EXPECT_TRUE(journal_->has_failed());
  EXPECT_TRUE(journal_->has_unreleased(first_, 1));

  EXPECT_THROW(append(first_), Error);
  run();
  EXPECT_EQ(inserts_, 1) << "the next start moves what is left";
  EXPECT_EQ(syncs_, 1);
}

TEST_F(MovesInBackground, TablesOfWhichItIsNotKnownWhetherTheyAreSyncedAreSyncedAgain) {
  append(first_);
  sync_is_late_ = true;
  EXPECT_THROW(run(), EngineError);
  EXPECT_FALSE(journal_->has_failed());
  EXPECT_TRUE(journal_->has_unreleased(first_, 1)) << "they may not be on the disk";

  sync_is_late_ = false;
  append(first_);
  EXPECT_TRUE(run_to_end(moves_->move_all(std::chrono::steady_clock::now() + 1min)));
  EXPECT_FALSE(journal_->has_unreleased(first_, 2));
}

TEST_F(MovesInBackground, MovingEverythingEndsAtItsDeadline) {
  append(first_);
  EXPECT_FALSE(run_to_end(moves_->move_all(std::chrono::steady_clock::now() - 1s)));
  EXPECT_EQ(inserts_, 0);
}

}  // namespace
}  // namespace annals::lanes
