#include "lanes/commits.h"

#include <gtest/gtest.h>

#include "support/coroutines/driven.h"
#include "support/simulated/scripted_engine.h"
#include "support/simulated/simulated_table.h"

namespace annals::lanes {
namespace {

using events::Event;
using support::ScriptedEngine;
using support::SimulatedTable;
using Kind = engine::EngineError::Kind;
using Outcomes = std::vector<WriteOutcome>;

constexpr auto kAccepted = WriteOutcome::accepted;
constexpr auto kDuplicate = WriteOutcome::duplicate;
constexpr auto kConflict = WriteOutcome::conflict;

class CommitsTest : public testing::Test {
 protected:
  CommitsTest() {
    simulated_.answer_for(engine_);
    engine_.on_make_durable = [this] {
      ++syncs_;
      return is_broken_disk_ ? lost("no sync") : support::done();
    };
  }

  Outcomes commit(Commits& commits, const std::vector<Event>& events) {
    return support::run_to_end(driver_, commits.commit(table_, pointers(events)));
  }
  std::optional<ErrorCode> failure(Commits& commits, const std::vector<Event>& events) {
    return support::error_of(driver_, commits.commit(table_, pointers(events)));
  }
  static std::vector<const Event*> pointers(const std::vector<Event>& events) {
    std::vector<const Event*> result;
    for (const Event& event : events) result.push_back(&event);
    return result;
  }
  static Event an_event(EventId id = EventId::random()) {
    return {.event_id = id, .event_time = {}, .event_data = "1"};
  }
  static boost::asio::awaitable<void> lost(const char* why = "the answer is lost") {
    return support::fail_with(engine::EngineError(Kind::unknown, 0, why));
  }
  static std::vector<EventId> ids_of(const std::vector<SimulatedTable::Row>& rows) {
    std::vector<EventId> ids;
    for (const auto& row : rows) ids.push_back(row.id);
    return ids;
  }
  [[nodiscard]] std::vector<std::uint64_t> arrivals() const {
    std::vector<std::uint64_t> numbers;
    for (const auto& row : simulated_.rows) numbers.push_back(row.arrival);
    return numbers;
  }

  support::Driver driver_;
  ScriptedEngine engine_;
  SimulatedTable simulated_;
  events::EventsTable table_{.engine = engine_,
                             .database = DatabaseName::parse("demo").value(),
                             .owner = ClientId::random(),
                             .request_id = "req-1"};
  int syncs_ = 0;
  bool is_broken_disk_ = false;
};

TEST_F(CommitsTest, AnIdThatThisProcessHasWrittenIsReportedAsDuplicate) {
  Commits commits({});
  const std::vector<Event> events{an_event()};
  commit(commits, events);
  EXPECT_EQ(commit(commits, events), Outcomes{kDuplicate});
  EXPECT_EQ(engine_.inserted.size(), 1U) << "nothing is inserted again";
  EXPECT_EQ(syncs_, 1) << "seen is not durable";
}

TEST_F(CommitsTest, AFullDiskIsRefusedAtOnceAndTheEventsMayComeAgain) {
  using engine::EngineError;
  Commits commits({.retry_for = std::chrono::hours(1)});
  const std::vector<Event> events{an_event()};
  const auto usual = engine_.on_insert;
  for (const auto& error :
       {EngineError::of_exception(243, "Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space"),
        EngineError::of_exception(74, "Code: 74. DB::Exception: Cannot write: No space left on device")}) {
    engine_.on_insert = [&error](const engine::Insert& /*insert*/) { return support::fail_with(error); };
    EXPECT_EQ(failure(commits, events), ErrorCode::engine_unavailable);
  }
  EXPECT_EQ(engine_.inserted.size(), 2U) << "one attempt each";

  engine_.on_insert = usual;
  EXPECT_EQ(commit(commits, events), Outcomes{kAccepted});
}

TEST_F(CommitsTest, AnIdThatAnEarlierProcessHasWrittenIsFoundToo) {
  const EventId id = EventId::random();
  simulated_.add({id});
  Commits commits({});
  EXPECT_EQ(commit(commits, {an_event(id), an_event()}), (Outcomes{kDuplicate, kAccepted}));
}

TEST_F(CommitsTest, OfAnIdThatComesTwiceInABatchTheFirstIsKept) {
  Commits commits({});
  const EventId id = EventId::random();
  EXPECT_EQ(commit(commits, {an_event(id), an_event(), an_event(id)}),
            (Outcomes{kAccepted, kAccepted, kDuplicate}));
  EXPECT_EQ(simulated_.rows.size(), 2U);
}

TEST_F(CommitsTest, OtherContentUnderAKnownIdIsAConflictAndTheFirstStays) {
  using Change = void (*)(Event& event);
  const Change changes[] = {[](Event& event) { event.event_data = "2"; },
                            [](Event& event) { event.event_data = "1 "; },
                            [](Event& event) { event.other_fields = R"({"stage":2})"; },
                            [](Event& event) { event.record_id = 7; },
                            [](Event& event) { event.source_type_id = 7; },
                            [](Event& event) { event.file_id = FileId::random(); },
                            [](Event& event) { event.event_time += std::chrono::milliseconds(1); }};
  for (const Change change : changes) {
    Commits commits({});
    const Event first = an_event();
    Event other = first;
    change(other);
    EXPECT_EQ(commit(commits, {first, other}), (Outcomes{kAccepted, kConflict})) << "in one batch";
    EXPECT_EQ(commit(commits, {other, first}), (Outcomes{kConflict, kDuplicate})) << "in a later one";
    EXPECT_EQ(simulated_.rows.back().content.digest, digest_of(first));
  }
}

TEST_F(CommitsTest, AConflictIsLoggedWithoutItsContent) {
  Commits commits({});
  const Event first = an_event();
  Event other = first;
  other.event_data = "\"a secret\"";
  testing::internal::CaptureStderr();
  commit(commits, {first, other});
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(log.contains("events came again with other content") && log.contains(first.event_id.text()))
      << log;
  EXPECT_FALSE(log.contains("a secret")) << log;
}

TEST_F(CommitsTest, ATimeThatNobodyGaveAndOtherLineBreaksAreNoConflict) {
  Commits commits({});
  Event first = an_event();
  first.event_data = "{\r\n\"a\":1}";
  Event again = first;
  again.event_data = "{  \"a\":1}";  // as an NDJSON export writes it
  again.event_time += std::chrono::hours(1);
  again.time_is_arrival = true;
  EXPECT_EQ(commit(commits, {first, again}), (Outcomes{kAccepted, kDuplicate}));
  EXPECT_EQ(commit(commits, {again}), Outcomes{kDuplicate});
}

TEST_F(CommitsTest, TheAttributesOfACloudEventAreNotCompared) {
  Commits commits({});
  Event plain = an_event();
  plain.other_fields = R"({"x":1})";
  Event cloud = plain;
  cloud.other_fields = R"({"x":1,"cloudevent":{"id":"1"}})";
  Event other = plain;
  other.other_fields = R"({"x":2,"cloudevent":{"id":"1"}})";
  EXPECT_EQ(commit(commits, {plain, cloud, other}), (Outcomes{kAccepted, kDuplicate, kConflict}));
  Event bare = an_event();
  Event attributes = bare;
  attributes.other_fields = R"({"cloudevent":{"id":"1"}})";
  EXPECT_EQ(commit(commits, {attributes, bare}), (Outcomes{kAccepted, kDuplicate}));
}

TEST_F(CommitsTest, AnIdWhoseInsertFailedIsAskedForWhenItComesAgain) {
  Commits commits({.retry_for = std::chrono::milliseconds(0)});
  engine_.on_insert = [this](const engine::Insert& insert) {
    simulated_.insert(insert);  // it was done all the same
    return lost();
  };
  const std::vector<Event> events{an_event()};
  EXPECT_EQ(failure(commits, events), ErrorCode::engine_unavailable);
  EXPECT_EQ(commit(commits, events), Outcomes{kDuplicate});
}

TEST_F(CommitsTest, AnInsertWithoutAnAnswerIsRepeatedOnceTheTableHasNotTheRows) {
  Commits commits({});
  engine_.on_insert = [this](const engine::Insert& insert) {
    if (engine_.inserted.size() < 3) return lost();
    simulated_.insert(insert);
    return support::done();
  };
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  ASSERT_EQ(engine_.inserted.size(), 3U);
  EXPECT_EQ(engine_.count("countIf(commit IN"), 3U) << "after each";
}

TEST_F(CommitsTest, ATokenThatTheEngineKnowsIsNoProofThatItHasTheRows) {
  Commits commits({});
  engine_.on_insert = [this](const engine::Insert& insert) {
    // The server dies after it has written the token down; its successor ignores the repetition.
    if (engine_.inserted.size() == 1) {
      simulated_.note_token(insert);
      return lost("the server died");
    }
    simulated_.insert(insert);
    return support::done();
  };
  const std::vector<Event> events{an_event(), an_event()};
  EXPECT_EQ(commit(commits, events), (Outcomes{kAccepted, kAccepted}));
  EXPECT_EQ(ids_of(simulated_.rows), (std::vector{events[0].event_id, events[1].event_id}));
}

TEST_F(CommitsTest, WhatIsStoredThoughItsAnswerWasLostIsNotInsertedAgain) {
  Commits commits({});
  engine_.on_insert = [this](const engine::Insert& insert) {
    simulated_.insert(insert);
    return lost();
  };
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  EXPECT_EQ(engine_.inserted.size(), 1U);
  EXPECT_EQ(syncs_, 1) << "seen is not durable";
}

TEST_F(CommitsTest, WhatComesAfterItWasLookedForInVainIsAcceptedAndNoDuplicate) {
  Commits commits({});
  std::vector<engine::Insert> late;
  engine_.on_insert = [&](const engine::Insert& insert) {
    late.push_back(insert);
    return lost();
  };
  engine_.on_query = [&](const engine::Statement& statement) {
    auto found = simulated_.query(statement);
    const bool is_look = statement.sql.contains("countIf(commit IN");
    if (is_look) simulated_.insert(late.back());
    return support::answer(std::move(found));
  };
  EXPECT_EQ(commit(commits, {an_event(), an_event()}), (Outcomes{kAccepted, kAccepted}));
  EXPECT_EQ(engine_.inserted.size(), 1U);
  EXPECT_EQ(syncs_, 1) << "seen is not durable";
}

TEST_F(CommitsTest, AnEventThatIsSeenButMayNotBeOnTheDiskIsNotAcknowledged) {
  Commits commits({.retry_for = std::chrono::milliseconds(0)});
  const std::vector<Event> events{an_event()};
  is_broken_disk_ = true;
  engine_.on_insert = [this](const engine::Insert& insert) {
    simulated_.insert(insert);
    return lost("no sync");
  };
  EXPECT_EQ(failure(commits, events), ErrorCode::engine_unavailable);
  EXPECT_EQ(failure(commits, events), ErrorCode::engine_unavailable) << "nor when it is sent again";
  EXPECT_EQ(engine_.inserted.size(), 1U);
}

TEST_F(CommitsTest, NumbersOfRowsWhoseCommitFailedAreNotGivenAgain) {
  Commits commits({.retry_for = std::chrono::milliseconds(0)});
  engine_.on_insert = [this](const engine::Insert& insert) {
    simulated_.insert(insert);
    return engine_.inserted.size() == 1 ? lost() : support::done();
  };
  EXPECT_EQ(failure(commits, {an_event(), an_event()}), ErrorCode::engine_unavailable);
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  EXPECT_EQ(arrivals(), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(CommitsTest, EachStatementBearsTheRequestsIdAndANameOfItsOwn) {
  Commits commits({});
  commit(commits, {an_event()});
  commit(commits, {an_event()});
  ASSERT_EQ(engine_.inserted.size(), 2U);
  EXPECT_TRUE(engine_.inserted[0].query_id.starts_with("req-1."));
  EXPECT_NE(engine_.inserted[0].query_id, engine_.inserted[1].query_id);
  for (const auto& statement : engine_.seen)
    EXPECT_TRUE(statement.query_id.starts_with("req-1.")) << statement.sql;
}

TEST_F(CommitsTest, ARefusedInsertIsNotRetried) {
  Commits commits({});
  engine_.on_insert = [](const engine::Insert& /*insert*/) {
    return support::fail_with(engine::EngineError(Kind::refused, 1, "no"));
  };
  EXPECT_EQ(failure(commits, {an_event()}), ErrorCode::internal);
  EXPECT_EQ(engine_.inserted.size(), 1U);
}

TEST_F(CommitsTest, ATableThatIsGoneMeansThatTheTenantIsGone) {
  Commits commits({});
  engine_.on_insert = [](const engine::Insert& /*insert*/) {
    return support::fail_with(engine::EngineError::of_exception(60, "UNKNOWN_TABLE"));
  };
  EXPECT_EQ(failure(commits, {an_event()}), ErrorCode::unknown_client);
}

TEST_F(CommitsTest, EventsAreNumberedInTheirOrderAboveThoseInTheTable) {
  simulated_.add({EventId::random(), EventId::random()});
  Commits commits({});
  commit(commits, {an_event(), an_event()});
  commit(commits, {an_event()});
  EXPECT_EQ(arrivals(), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
}

TEST_F(CommitsTest, AnInsertThatIsLateByAClockIsSentOnceMoreWithTheEnginesTime) {
  Commits commits({});
  commit(commits, {an_event()});
  simulated_.now += 3600;
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  EXPECT_EQ(engine_.inserted.size(), 3U);
  commit(commits, {an_event()});
  EXPECT_EQ(engine_.inserted.size(), 4U) << "the clock is right again";
}

TEST_F(CommitsTest, AnEngineWhoseClockRunsAwayIsNoFaultOfTheEvents) {
  Commits commits({.retry_for = std::chrono::milliseconds(0)});
  engine_.on_insert = [](const engine::Insert& /*insert*/) {
    return support::fail_with(engine::EngineError::of_exception(469, "VIOLATED_CONSTRAINT"));
  };
  EXPECT_EQ(failure(commits, {an_event()}), ErrorCode::engine_unavailable);
}

TEST_F(CommitsTest, TheTableSaysWhoseInsertWasTaken) {
  Commits commits({});
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  EXPECT_EQ(engine_.count("event_id IN"), 1U);
  EXPECT_EQ(engine_.count("countIf(commit IN"), 1U);
  EXPECT_EQ(SimulatedTable::token_of(engine_.inserted.at(0)), "'arrival 1'") << "the same for every instance";
}

TEST_F(CommitsTest, WhoComesSecondToANumberLooksAgainAndTakesTheNext) {
  Commits commits({});
  const std::vector<Event> events{an_event(), an_event(), an_event()};
  engine_.on_insert = [&](const engine::Insert& insert) {
    // Another instance inserts the first of them meanwhile, beside one of its own.
    if (engine_.inserted.size() == 1) simulated_.add({EventId::random(), events[0].event_id});
    simulated_.insert(insert);
    return support::done();
  };
  EXPECT_EQ(commit(commits, events), (Outcomes{kDuplicate, kAccepted, kAccepted}));
  EXPECT_EQ(arrivals(), (std::vector<std::uint64_t>{1, 2, 3, 4})) << "each once, without a gap";
}

TEST_F(CommitsTest, AnInsertThatComesAfterItsNumberWasTakenDoesNothing) {
  Commits paused({.retry_for = std::chrono::milliseconds(0)});
  Commits other({});
  const std::vector<Event> events{an_event()};
  std::vector<engine::Insert> late;
  engine_.on_insert = [&](const engine::Insert& insert) {
    late.push_back(insert);
    return lost();
  };
  EXPECT_EQ(failure(paused, events), ErrorCode::engine_unavailable);
  simulated_.answer_for(engine_);
  EXPECT_EQ(commit(other, {an_event()}), Outcomes{kAccepted});
  EXPECT_EQ(commit(other, events), Outcomes{kAccepted}) << "sent again to another instance";

  simulated_.insert(late.at(0));
  EXPECT_EQ(simulated_.rows.size(), 2U);
  constexpr std::int64_t kLong = 100;
  simulated_.now += kLong;
  simulated_.tokens.clear();
  EXPECT_THROW(simulated_.insert(late.at(0)), engine::EngineError) << "the table refuses what is so late";
}

TEST_F(CommitsTest, WhatAnEngineHasStoredInPartIsCompleted) {
  Commits commits({});
  engine_.on_insert = [this](const engine::Insert& insert) {
    simulated_.insert(insert);
    if (engine_.inserted.size() == 1) simulated_.rows.pop_back();
    return support::done();
  };
  EXPECT_EQ(commit(commits, {an_event(), an_event()}), (Outcomes{kAccepted, kAccepted}));
  EXPECT_EQ(arrivals(), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(CommitsTest, AnEndThatWasSeenLongAgoIsLookedAtAgain) {
  Commits commits({});
  const auto looks = [this] { return engine_.count("toUnixTimestamp(now())"); };
  commit(commits, {an_event()});
  commit(commits, {an_event()});
  EXPECT_EQ(looks(), 1U);

  // Ten seconds are, and some may have passed by themselves.
  constexpr std::int64_t kTooOld = 100;
  simulated_.now += kTooOld;
  auto other_table = table_;
  other_table.owner = ClientId::random();
  const Event event = an_event();
  support::run_to_end(driver_, commits.commit(other_table, {&event}));  // it tells the time
  EXPECT_EQ(looks(), 2U);
  commit(commits, {an_event()});
  EXPECT_EQ(looks(), 3U) << "another instance may have made many commits meanwhile";
}

TEST_F(CommitsTest, LongListsOfIdsAreAskedForInParts) {
  Commits commits({});
  constexpr std::size_t kMany = 5000;
  std::vector<Event> events;
  for (std::size_t i = 0; i < kMany; ++i) events.push_back(an_event());
  EXPECT_EQ(commit(commits, events).size(), kMany);
  EXPECT_EQ(engine_.count("event_id IN"), 3U);
}

}  // namespace
}  // namespace annals::lanes
