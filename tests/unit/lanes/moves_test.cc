#include "lanes/moves.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/driven.h"
#include "support/scripted_engine.h"
#include "support/temporary_directory.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using events::EventsTable;
using namespace std::chrono_literals;
using Kind = EngineError::Kind;
using Numbers = std::vector<std::uint64_t>;

/// The journal, and tables that hold the numbers of rows.
class MovesTest : public testing::Test {
 protected:
  MovesTest() {
    engine_.on_insert = [this](engine::Insert insert) { return store(std::move(insert)); };
    engine_.on_query = [this](const engine::Statement& /*statement*/) {
      std::string lines;
      for (const std::uint64_t number : stored_) lines += fmt::format("{}\n", number);
      return support::answer(lines);
    };
    engine_.on_make_durable = [this] { return make_durable(); };
    restart();
  }

  void restart() {
    moves_.reset();
    journal_.reset();
    journal_ = std::make_unique<journal::Journal>(settings_);
    moves_ = std::make_unique<Moves>(*journal_, engine_, [this](ClientId owner) { return find(owner); });
  }
  [[nodiscard]] EventsTable table(const ClientId& owner) {
    return {.engine = engine_, .database = DatabaseName::parse("demo").value(), .owner = owner};
  }
  void append(const ClientId& owner, std::size_t rows = 1, std::size_t bytes = 8) {
    journal::NumberedRows appended;
    for (std::size_t i = 0; i < rows; ++i) {
      appended.starts.push_back(static_cast<std::uint32_t>(appended.bytes.size()));
      appended.bytes += std::string(bytes, '\0');
    }
    run_to_end(journal_->append(owner, std::move(appended)));
  }
  template <class T>
  T run_to_end(awaitable<T> work) {
    return support::run_to_end(driver_, std::move(work));
  }
  void run() { run_to_end(moves_->run({})); }

  awaitable<void> store(engine::Insert insert) {
    ++inserts_;
    if (hold_) co_await io::suspend([this](io::Wake wake) { held_ = std::move(wake); });
    if (refuses_) throw EngineError(*refuses_, 0, "no");
    // Rows of eight bytes, each its number.
    for (std::size_t at = 0; at + 8 <= insert.rows.size(); at += 8) {
      std::uint64_t number = 0;
      insert.rows.copy(reinterpret_cast<char*>(&number), sizeof number, at);
      if (number != 0) stored_.push_back(number);
    }
    if (loses_answer_) throw EngineError(Kind::unknown, 0, "lost");
  }
  awaitable<void> make_durable() {
    ++syncs_;
    if (sync_fails_) throw engine::WriteFailed("the disk has failed");
    if (sync_is_late_) throw EngineError(Kind::unknown, 0, "the time is over");
    co_return;
  }
  awaitable<Moves::Whereabouts> find(ClientId owner) {
    ++found_;
    if (is_gone_) co_return Moves::Whereabouts{.table = {}, .is_gone = true};
    if (is_being_deleted_) co_return Moves::Whereabouts{};
    co_return Moves::Whereabouts{.table = table(owner)};
  }

  const ClientId first_ = ClientId::random();
  const ClientId second_ = ClientId::random();
  support::TemporaryDirectory directory_;
  support::Driver driver_;
  support::ScriptedEngine engine_;
  journal::Journal::Settings settings_{.directory = directory_.path() / "journal",
                                       .witness = directory_.path() / "witness",
                                       .segment_bytes = 8192,
                                       .due = {.age = 0ms}};
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<Moves> moves_;

  Numbers stored_;  // in the table
  std::optional<Kind> refuses_;
  bool hold_ = false;
  io::Wake held_;
  bool loses_answer_ = false;
  bool sync_fails_ = false;
  bool sync_is_late_ = false;
  bool is_gone_ = false;
  bool is_being_deleted_ = false;
  int inserts_ = 0;
  int syncs_ = 0;
  int found_ = 0;
};

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

TEST_F(MovesTest, TheBackgroundMovesWhatIsDueAndSyncsTheTablesBeforeTheJournalGivesItUp) {
  append(first_);
  append(second_);
  run();
  EXPECT_EQ(inserts_, 2);
  EXPECT_EQ(stored_, (Numbers{1, 2}));
  EXPECT_EQ(syncs_, 1);
  EXPECT_FALSE(journal_->has_unreleased(first_, 1));
  EXPECT_TRUE(journal_->has_unreleased(second_, 2)) << "a sync is shared by what is moved within a second";
}

TEST_F(MovesTest, NothingIsSyncedIfNothingWasMoved) {
  run();
  EXPECT_EQ(syncs_, 0);
}

TEST_F(MovesTest, WhatIsNotDueStays) {
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

TEST_F(MovesTest, OfAFullJournalMoreIsMovedThanWhatIsDue) {
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

TEST_F(MovesTest, AStopEndsARunThatIsLong) {
  append(first_);
  std::stop_source stop;
  stop.request_stop();
  run_to_end(moves_->run(stop.get_token()));
  EXPECT_EQ(inserts_, 0);
}

TEST_F(MovesTest, ATableThatCannotTakeItsEventsHoldsNobodyUp) {
  append(first_);
  refuses_ = Kind::refused;
  run();
  EXPECT_EQ(inserts_, 1);
  EXPECT_EQ(journal_->last_of(first_), 1U) << "they stay in the journal";
  refuses_.reset();
  append(second_);
  run();
  EXPECT_EQ(stored_, Numbers{2}) << "the first is not tried again at once";
  EXPECT_FALSE(run_to_end(moves_->move_all(std::chrono::steady_clock::now() + 1min)));
}

TEST_F(MovesTest, EventsOfADeletedTenantAreRemoved) {
  append(first_);
  is_gone_ = true;
  run();
  EXPECT_EQ(journal_->last_of(first_), std::nullopt);
  EXPECT_EQ(inserts_, 0);
  EXPECT_THROW(append(first_), Error) << "and no more are taken";
}

TEST_F(MovesTest, EventsOfATenantThatIsBeingDeletedWaitForItsDeletion) {
  append(first_);
  is_being_deleted_ = true;
  run();
  EXPECT_EQ(found_, 1);
  EXPECT_EQ(journal_->last_of(first_), 1U);
  run();
  EXPECT_EQ(found_, 1) << "it is not asked for all the time";
  append(first_);
}

TEST_F(MovesTest, TablesThatCannotBeSyncedEndTheJournal) {
  append(first_);
  sync_fails_ = true;
  EXPECT_THROW(run(), EngineError);
  EXPECT_TRUE(journal_->has_failed());
  EXPECT_TRUE(journal_->has_unreleased(first_, 1));

  EXPECT_THROW(append(first_), Error);
  run();
  EXPECT_EQ(syncs_, 1) << "the next start moves what is left";
}

TEST_F(MovesTest, TablesOfWhichItIsNotKnownWhetherTheyAreSyncedAreSyncedAgain) {
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

TEST_F(MovesTest, NoMoveIsLargerThanItsLimit) {
  settings_.due = {.age = 1h};
  restart();
  for (int i = 0; i < 3; ++i) append(first_, 1, std::size_t{9} << 20U);
  run_to_end(moves_->settle(table(first_)));
  EXPECT_EQ(inserts_, 3) << "two of nine MiB do not go together";
}

TEST_F(MovesTest, MovingEverythingEndsAtItsDeadline) {
  append(first_);
  EXPECT_FALSE(run_to_end(moves_->move_all(std::chrono::steady_clock::now() - 1s)));
  EXPECT_EQ(inserts_, 0);
}

}  // namespace
}  // namespace annals::lanes
