#include "lanes/journaled_commits.h"

#include <gtest/gtest.h>

#include "support/coroutines/driven.h"
#include "support/machine/temporary_directory.h"
#include "support/simulated/scripted_engine.h"
#include "support/simulated/simulated_table.h"

namespace annals::lanes {
namespace {

using events::Event;
using support::SimulatedTable;
using Kind = engine::EngineError::Kind;
using Outcomes = std::vector<WriteOutcome>;

constexpr auto kAccepted = WriteOutcome::accepted;
constexpr auto kDuplicate = WriteOutcome::duplicate;

class JournaledCommitsTest : public testing::Test {
 protected:
  static constexpr std::size_t kDirectBytes = 10'000;
  static constexpr std::size_t kMaxBytes = 40'000;

  JournaledCommitsTest() {
    simulated_.answer_for(engine_);
    engine_.on_insert = [this](const engine::Insert& insert) {
      store(insert);
      return support::done();
    };
    engine_.on_make_durable = [this] {
      ++syncs_;
      return support::done();
    };
  }

  /// Does an insert as the embedded engine does, which deduplicates nothing.
  void store(const engine::Insert& insert) {
    const auto rows = SimulatedTable::rows_of(insert);
    simulated_.rows.insert(simulated_.rows.end(), rows.begin(), rows.end());
  }
  Outcomes commit(const std::vector<Event>& events) {
    return support::run_to_end(driver_, commits_.commit(table_, pointers(events)));
  }
  std::optional<ErrorCode> failure(const std::vector<Event>& events) {
    return support::error_of(driver_, commits_.commit(table_, pointers(events)));
  }
  /// Fills the journal once these commits have read the table, before which they would empty it.
  void fill_the_journal(JournaledCommits& commits) {
    const std::vector<Event> events{an_event()};
    support::run_to_end(driver_, commits.commit(table_, pointers(events)));
    while (!failure({an_event(kDirectBytes / 4)})) continue;
  }
  void settle() { support::run_to_end(driver_, moves_.settle(table_)); }
  static std::vector<const Event*> pointers(const std::vector<Event>& events) {
    std::vector<const Event*> result;
    result.reserve(events.size());
    for (const Event& event : events) result.push_back(&event);
    return result;
  }
  static Event an_event(std::size_t bytes = 1, EventId id = EventId::random()) {
    return {.event_id = id, .event_time = {}, .event_data = std::string(bytes, '1')};
  }
  [[nodiscard]] std::vector<std::uint64_t> arrivals() const {
    std::vector<std::uint64_t> numbers;
    for (const auto& row : simulated_.rows) numbers.push_back(row.arrival);
    return numbers;
  }
  [[nodiscard]] bool is_waiting() const { return journal_.last_of(table_.owner).has_value(); }

  support::TemporaryDirectory directory_;
  support::Driver driver_;
  support::ScriptedEngine engine_;
  SimulatedTable simulated_;
  events::EventsTable table_{
      .engine = engine_, .database = DatabaseName::parse("demo").value(), .owner = ClientId::random()};
  events::Changes changes_{true};
  journal::Journal journal_{{.directory = directory_.path() / "journal",
                             .witness = directory_.path() / "witness",
                             .max_bytes = kMaxBytes,
                             .max_bytes_per_tenant = kMaxBytes / 2}};
  Moves moves_{journal_, engine_, [](ClientId /*owner*/) -> boost::asio::awaitable<Moves::Whereabouts> {
                 co_return Moves::Whereabouts{};
               }};
  JournaledCommits commits_{{.direct_bytes = kDirectBytes, .wait_for_room = std::chrono::milliseconds(0)},
                            {.journal = journal_, .moves = moves_, .changes = changes_}};
  int syncs_ = 0;
};

TEST_F(JournaledCommitsTest, NewEventsAreInTheJournalAndNotInTheTableWhenTheyAreAcknowledged) {
  EXPECT_EQ(commit({an_event(), an_event()}), (Outcomes{kAccepted, kAccepted}));
  EXPECT_TRUE(is_waiting());
  EXPECT_EQ(engine_.inserted.size(), 0U);

  settle();
  EXPECT_EQ(arrivals(), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(JournaledCommitsTest, AnIdThatWaitsInTheJournalIsADuplicate) {
  const std::vector<Event> events{an_event()};
  commit(events);
  EXPECT_EQ(commit({events[0], an_event()}), (Outcomes{kDuplicate, kAccepted}));
  settle();
  EXPECT_EQ(simulated_.rows.size(), 2U);
}

TEST_F(JournaledCommitsTest, AnIdThatTheTableHadBeforeIsADuplicateOnceItIsDurable) {
  const EventId id = EventId::random();
  simulated_.add({id});
  EXPECT_EQ(commit({an_event(1, id)}), Outcomes{kDuplicate});
  EXPECT_EQ(syncs_, 1) << "seen is not durable";
  EXPECT_FALSE(is_waiting());
}

TEST_F(JournaledCommitsTest, OfAnIdThatComesTwiceInABatchTheFirstIsKept) {
  const EventId id = EventId::random();
  EXPECT_EQ(commit({an_event(1, id), an_event(1, id)}), (Outcomes{kAccepted, kDuplicate}));
}

TEST_F(JournaledCommitsTest, EventsComeAfterThoseThatATableFromABackupHolds) {
  simulated_.rows.push_back({.arrival = 1'000, .commit = 1, .id = EventId::random()});
  commit({an_event()});
  settle();
  EXPECT_EQ(arrivals(), (std::vector<std::uint64_t>{1'000, 1'001}));
}

TEST_F(JournaledCommitsTest, ALargeBatchGoesToTheTableAfterWhatWaits) {
  commit({an_event()});
  EXPECT_EQ(commit({an_event(kDirectBytes)}), Outcomes{kAccepted});
  EXPECT_FALSE(is_waiting());
  EXPECT_EQ(arrivals(), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_FALSE(engine_.inserted.front().durable) << "the journal has these";
  EXPECT_TRUE(engine_.inserted.back().durable);
}

TEST_F(JournaledCommitsTest, AnIdWhoseLargeInsertFailedIsAskedForWhenItComesAgain) {
  const auto insert = engine_.on_insert;
  engine_.on_insert = [this](const engine::Insert& rows) {
    store(rows);
    return support::fail_with(engine::EngineError(Kind::unknown, 0, "the answer is lost"));
  };
  const std::vector<Event> events{an_event(kDirectBytes)};
  EXPECT_EQ(failure(events), ErrorCode::engine_unavailable);

  engine_.on_insert = insert;
  EXPECT_EQ(commit(events), Outcomes{kDuplicate});
  EXPECT_EQ(simulated_.rows.size(), 1U);
}

TEST_F(JournaledCommitsTest, AFullJournalRefusesAndKeepsWhatItHas) {
  std::optional<ErrorCode> refused;
  std::size_t accepted = 0;
  for (; !refused && accepted < 100; ++accepted) refused = failure({an_event(kDirectBytes / 4)});
  EXPECT_EQ(refused, ErrorCode::overloaded);
  --accepted;
  settle();
  EXPECT_EQ(simulated_.rows.size(), accepted);
  EXPECT_EQ(commit({an_event(kDirectBytes / 4)}), Outcomes{kAccepted}) << "there is room again";
}

TEST_F(JournaledCommitsTest, AFullJournalIsWaitedForWhileItEmpties) {
  JournaledCommits patient({.direct_bytes = kDirectBytes, .wait_for_room = std::chrono::minutes(1)},
                           {.journal = journal_, .moves = moves_, .changes = changes_});
  fill_the_journal(patient);
  const std::vector<Event> events{an_event(kDirectBytes / 4)};
  support::Started written(driver_, patient.commit(table_, pointers(events)));
  driver_.settle();
  EXPECT_FALSE(written.ended());
  settle();
  EXPECT_EQ(written.get(), Outcomes{kAccepted});
}

TEST_F(JournaledCommitsTest, AFullJournalThatCannotEmptyIsNotWaitedFor) {
  JournaledCommits hopeless(
      {.direct_bytes = kDirectBytes, .wait_for_room = std::chrono::hours(1)},
      {.journal = journal_, .moves = moves_, .changes = changes_, .has_room = [] { return false; }});
  fill_the_journal(hopeless);
  const std::vector<Event> events{an_event(kDirectBytes / 4)};
  EXPECT_EQ(support::error_of(driver_, hopeless.commit(table_, pointers(events))),
            ErrorCode::engine_unavailable)
      << "the disk is full: that is no load that passes";
}

TEST_F(JournaledCommitsTest, TablesAreForgottenIfTheIdsOfAllTakeTooMuchMemoryAndReadAgain) {
  constexpr std::size_t kFirstLayer = 16'384;  // of the ids of one table
  JournaledCommits forgetful({.max_known_bytes = kFirstLayer, .direct_bytes = kDirectBytes},
                             {.journal = journal_, .moves = moves_, .changes = changes_});
  const auto commit_to = [&](const events::EventsTable& table) {
    const std::vector<Event> events{an_event()};
    support::run_to_end(driver_, forgetful.commit(table, pointers(events)));
  };
  const events::EventsTable other{
      .engine = engine_, .database = DatabaseName::parse("other").value(), .owner = ClientId::random()};
  const auto looks = [&] { return engine_.count("SELECT max(arrival)"); };
  commit_to(table_);
  commit_to(table_);
  EXPECT_EQ(looks(), 1U) << "one table alone is not forgotten while it is used";
  commit_to(other);
  commit_to(table_);
  EXPECT_EQ(looks(), 3U);
}

TEST_F(JournaledCommitsTest, ATenantWhoseTableIsGoneIsUnknown) {
  engine_.on_query = [](const engine::Statement& /*statement*/) -> boost::asio::awaitable<std::string> {
    throw engine::EngineError::of_exception(60, "there is no such table");
  };
  EXPECT_EQ(failure({an_event()}), ErrorCode::unknown_client);
  EXPECT_FALSE(is_waiting());
}

}  // namespace
}  // namespace annals::lanes
