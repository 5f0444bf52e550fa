// What is moved because somebody needs it in its table.
#include "lanes/moves.h"

#include "unit/lanes/moving.h"

namespace annals::lanes {
namespace {

using namespace std::chrono_literals;

class MovesTest : public Moving {};

TEST_F(MovesTest, AReaderFindsEverythingThatWasAcknowledgedInTheTable) {
  append(first_, 2);
  append(first_);
  append(second_);
  run_to_end(moves_->settle(table(first_)));
  EXPECT_EQ(stored_, (Numbers{1, 2, 3}));
  EXPECT_EQ(inserts_, 1) << "one insert for all that waits";
  EXPECT_EQ(engine_.seen.size(), 0U) << "what nobody can have moved is not asked for";
  EXPECT_EQ(journal_->last_of(first_), std::nullopt);
  EXPECT_EQ(journal_->last_of(second_), 4U);
  EXPECT_EQ(moves_->status().events, 3U);
  EXPECT_EQ(moves_->status().moves.succeeded.count(), 1U);

  run_to_end(moves_->settle(table(first_)));
  EXPECT_EQ(inserts_, 1);
}

TEST_F(MovesTest, AReaderDoesNotWaitForWhatArrivesAfterItsQuestion) {
  append(first_);
  hold_ = true;
  support::Started settled(driver_, moves_->settle(table(first_)));
  driver_.until([this] { return held_ != nullptr; });
  append(first_);
  hold_ = false;
  held_();
  settled.get();
  EXPECT_EQ(stored_, Numbers{1});
  EXPECT_EQ(journal_->last_of(first_), 2U);
}

TEST_F(MovesTest, TwoReadersWaitForOneMove) {
  append(first_);
  hold_ = true;
  support::Started one(driver_, moves_->settle(table(first_)));
  support::Started other(driver_, moves_->settle(table(first_)));
  driver_.until([this] { return held_ != nullptr; });
  driver_.settle();
  EXPECT_FALSE(other.ended());
  EXPECT_EQ(inserts_, 1);
  held_();
  one.get();
  other.get();
  EXPECT_EQ(stored_, Numbers{1});
}

TEST_F(MovesTest, AMoveWithoutAnAnswerIsLookedForBeforeItIsRepeated) {
  append(first_, 2);
  append(first_);
  loses_answer_ = true;
  EXPECT_THROW(run_to_end(moves_->settle(table(first_))), EngineError);
  EXPECT_NE(journal_->last_of(first_), std::nullopt) << "it is not known that the table has it";
  loses_answer_ = false;
  append(first_);

  run_to_end(moves_->settle(table(first_)));

  EXPECT_EQ(stored_, (Numbers{1, 2, 3, 4})) << "each once";
  EXPECT_EQ(engine_.count("WHERE arrival IN {numbers:Array(UInt64)}"), 1U);
  EXPECT_EQ(support::parameter(engine_.seen.front(), "numbers"), "[1,3,4]")
      << "the first number of each record";
  EXPECT_EQ(journal_->last_of(first_), std::nullopt);

  append(first_);
  run_to_end(moves_->settle(table(first_)));
  EXPECT_EQ(engine_.seen.size(), 1U) << "after a success nothing is in doubt";
}

TEST_F(MovesTest, WhatAProcessBeforeMayHaveMovedIsLookedFor) {
  append(first_);
  append(first_);
  stored_ = {1};  // the process was killed after its insert
  restart();
  run_to_end(moves_->settle(table(first_)));
  EXPECT_EQ(stored_, (Numbers{1, 2}));
}

TEST_F(MovesTest, ATableThatRefusesIsNoFaultOfTheReader) {
  append(first_);
  for (const Kind kind : {Kind::refused, Kind::unavailable}) {
    refuses_ = kind;
    try {
      run_to_end(moves_->settle(table(first_)));
      FAIL() << "expected an exception";
    } catch (const EngineError& error) {
      EXPECT_EQ(error.kind(), Kind::unavailable);
    }
  }
  EXPECT_EQ(moves_->status().moves.failed, 2U);
  EXPECT_EQ(moves_->status().moves.succeeded.count(), 0U);
}

TEST_F(MovesTest, ATableThatIsGoneIsToldToTheReader) {
  append(first_);
  engine_.on_insert = [](const engine::Insert& /*insert*/) {
    return support::fail_with(EngineError::of_exception(60, "there is no such table"));
  };
  try {
    run_to_end(moves_->settle(table(first_)));
    FAIL() << "expected an exception";
  } catch (const EngineError& error) {
    EXPECT_TRUE(events::is_table_gone(error)) << "the reader's tenant is unknown, not its database away";
  }
}

TEST_F(MovesTest, WhatIsGivenUpIsNeitherInTheJournalNorOnItsDisk) {
  append(first_, 1, 8);
  append(second_, 1, 8);
  hold_ = false;
  support::Started given_up(driver_, moves_->give_up(table(first_), 1));
  driver_.until([this] { return journal_->has_unreleased(first_, 1); });
  EXPECT_FALSE(given_up.ended()) << "the tables are not synced yet";
  run();
  given_up.get();
  EXPECT_EQ(journal_->last_of(first_), std::nullopt);
  EXPECT_FALSE(journal_->has_unreleased(first_, 1));
}

TEST_F(MovesTest, WhatIsStillBeingWrittenIsGivenUpToo) {
  constexpr std::size_t kLargeRow = std::size_t{32} << 20U;  // what comes behind it waits for it
  support::Started large(driver_, journal_->append(second_, rows(1, kLargeRow)));
  support::Started written(driver_, journal_->append(first_, rows()));
  support::Started given_up(driver_, moves_->give_up(table(first_), 2));
  driver_.until([this] { return journal_->has_unreleased(first_, 2); });
  run();
  given_up.get();
  large.get();
  written.get();
  EXPECT_EQ(stored_.front(), 2U);
  EXPECT_EQ(journal_->last_of(first_), std::nullopt);
  EXPECT_FALSE(journal_->has_unreleased(first_, 2));
}

TEST_F(MovesTest, AJournalThatGivesNothingUpIsNotWaitedForWithoutEnd) {
  longest_wait_ = 50ms;
  restart();
  append(first_);
  EXPECT_EQ(support::error_of(driver_, moves_->give_up(table(first_), 1)), ErrorCode::overloaded);
  EXPECT_TRUE(journal_->has_unreleased(first_, 1)) << "nobody syncs the tables";
}

TEST_F(MovesTest, NoMoveIsLargerThanItsLimit) {
  settings_.due = {.age = 1h};
  restart();
  for (int i = 0; i < 3; ++i) append(first_, 1, std::size_t{9} << 20U);
  run_to_end(moves_->settle(table(first_)));
  EXPECT_EQ(inserts_, 3) << "two of nine MiB do not go together";
}

}  // namespace
}  // namespace annals::lanes
