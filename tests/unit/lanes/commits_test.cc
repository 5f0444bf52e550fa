#include "lanes/commits.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/row_binary.h"
#include "events/row.h"
#include "support/driven.h"
#include "support/scripted_engine.h"

namespace annals::lanes {
namespace {

using events::Event;
using support::ScriptedEngine;
using Kind = engine::EngineError::Kind;
using Outcomes = std::vector<WriteOutcome>;

constexpr auto kAccepted = WriteOutcome::accepted;
constexpr auto kDuplicate = WriteOutcome::duplicate;

/// A table in a script: which ids it holds, and which twice.
class CommitsTest : public testing::Test {
 protected:
  CommitsTest() {
    engine_.on_query = [this](const engine::Statement& statement) {
      return support::answer(query(statement));
    };
    engine_.on_scan = [this](const engine::Statement& /*statement*/, const engine::Engine::Sink& sink) {
      std::string ids;
      for (const EventId& id : stored_) engine::append_uuid(ids, id.uuid().data);
      if (!ids.empty()) sink(ids);
      return support::done();
    };
    engine_.on_execute = [](const engine::Statement& /*statement*/) { return support::done(); };
    engine_.on_insert = [](const engine::Insert& /*insert*/) { return support::done(); };
    engine_.on_make_durable = [this] {
      ++syncs_;
      return is_broken_disk_ ? support::fail_with(engine::EngineError(Kind::unknown, 0, "no sync"))
                             : support::done();
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

  /// Returns the ids and the commit number of an insert.
  static std::pair<std::vector<EventId>, std::uint64_t> rows_of(const engine::Insert& insert) {
    std::vector<EventId> ids;
    std::uint64_t number = 0;
    // An insert lacks the block number, which comes last in the shape that is read.
    std::string rows = insert.rows;
    for (std::size_t at = 0; at < rows.size();) {
      number = engine::read_integer<std::uint64_t>(rows.data() + at);
      at += sizeof(std::uint64_t) + sizeof(std::uint32_t);
      const auto row = events::read_row(rows, at, events::RowShape::event);
      if (!row) break;
      ids.push_back(row->event_id);
    }
    return {ids, number};
  }

  std::string query(const engine::Statement& statement) {
    if (statement.sql.contains("max(commit)")) return fmt::format("{}\n", highest_);
    const std::string ids = support::parameter(statement, "ids");
    std::string rows;
    for (const EventId& id : stored_) {
      if (!ids.contains(id.text())) continue;
      const bool twice = std::ranges::find(twice_, id) != twice_.end();
      const bool ours = std::ranges::find(ours_, id) != ours_.end();
      if (!statement.sql.contains("count() > 1")) {
        if (ours) rows += id.text() + "\n";
      } else {
        rows += fmt::format("{}\t{}\n", id.text(), twice ? 1 : 0);
      }
    }
    return rows;
  }

  support::Driver driver_;
  ScriptedEngine engine_;
  events::EventsTable table_{.engine = engine_,
                             .database = DatabaseName::parse("demo").value(),
                             .owner = ClientId::random(),
                             .request_id = "req-1"};
  std::uint64_t highest_ = 0;
  int syncs_ = 0;
  bool is_broken_disk_ = false;
  std::vector<EventId> stored_;
  std::vector<EventId> twice_;
  std::vector<EventId> ours_;  // ids whose row is that of the commit in question
};

TEST_F(CommitsTest, NewEventsOfATableThatIsKnownAreInsertedWithoutAskingForTheirIds) {
  Commits commits({});
  const std::vector<Event> events{an_event(), an_event()};
  EXPECT_EQ(commit(commits, events), (Outcomes{kAccepted, kAccepted}));
  EXPECT_EQ(engine_.count("event_id IN"), 0U);
  ASSERT_EQ(engine_.inserted.size(), 1U) << "one insert for the batch";
  EXPECT_EQ(rows_of(engine_.inserted[0]).first, (std::vector{events[0].event_id, events[1].event_id}));
}

TEST_F(CommitsTest, AnIdThatThisProcessHasWrittenIsLookedUpAndReportedAsDuplicate) {
  Commits commits({});
  const std::vector<Event> events{an_event()};
  commit(commits, events);
  stored_ = {events[0].event_id};
  EXPECT_EQ(commit(commits, events), Outcomes{kDuplicate});
  EXPECT_EQ(engine_.count("event_id IN"), 1U);
  EXPECT_EQ(engine_.inserted.size(), 1U) << "nothing is inserted again";
}

TEST_F(CommitsTest, AnIdThatAnEarlierProcessHasWrittenIsFoundToo) {
  stored_ = {EventId::random()};
  highest_ = 7;
  Commits commits({});
  EXPECT_EQ(commit(commits, {an_event(stored_[0]), an_event()}), (Outcomes{kDuplicate, kAccepted}));
}

TEST_F(CommitsTest, OfAnIdThatComesTwiceInABatchTheFirstIsKept) {
  Commits commits({});
  const EventId id = EventId::random();
  EXPECT_EQ(commit(commits, {an_event(id), an_event(), an_event(id)}),
            (Outcomes{kAccepted, kAccepted, kDuplicate}));
  EXPECT_EQ(rows_of(engine_.inserted.at(0)).first.size(), 2U);
}

TEST_F(CommitsTest, AnIdWhoseInsertFailedIsAskedForWhenItComesAgain) {
  Commits commits({.retry_for = std::chrono::milliseconds(0)});
  engine_.on_insert = [](const engine::Insert& /*insert*/) {
    return support::fail_with(engine::EngineError(Kind::unknown, 0, "the answer is lost"));
  };
  const std::vector<Event> events{an_event()};
  EXPECT_EQ(failure(commits, events), ErrorCode::engine_unavailable);
  stored_ = {events[0].event_id};  // it was done all the same
  EXPECT_EQ(commit(commits, events), Outcomes{kDuplicate});
}

TEST_F(CommitsTest, AnInsertWithoutAnAnswerIsRetriedWithTheSameTokenAndRows) {
  Commits commits({});
  engine_.on_insert = [this](const engine::Insert& /*insert*/) {
    if (engine_.inserted.size() < 3) {
      return support::fail_with(engine::EngineError(Kind::unknown, 0, "the answer is lost"));
    }
    stored_ = rows_of(engine_.inserted.back()).first;
    return support::done();
  };
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  ASSERT_EQ(engine_.inserted.size(), 3U);
  EXPECT_TRUE(engine_.inserted[0].into.contains("insert_deduplication_token"));
  for (const auto& again : engine_.inserted) {
    EXPECT_EQ(again.into, engine_.inserted[0].into) << "the token makes the retry idempotent";
    EXPECT_EQ(again.rows, engine_.inserted[0].rows);
  }
}

TEST_F(CommitsTest, ATokenThatTheEngineKnowsIsNoProofThatItHasTheRows) {
  Commits commits({});
  engine_.on_insert = [this](const engine::Insert& /*insert*/) {
    // The server dies after it has written the token down; its successor ignores the repetition.
    if (engine_.inserted.size() == 1) {
      return support::fail_with(engine::EngineError(Kind::unknown, 0, "the server died"));
    }
    if (engine_.inserted.size() > 2) stored_ = rows_of(engine_.inserted.back()).first;
    return support::done();
  };
  const std::vector<Event> events{an_event(), an_event()};
  EXPECT_EQ(commit(commits, events), (Outcomes{kAccepted, kAccepted}));
  ASSERT_EQ(engine_.inserted.size(), 3U);
  EXPECT_EQ(engine_.inserted[1].into, engine_.inserted[0].into);
  EXPECT_NE(engine_.inserted[2].into, engine_.inserted[1].into) << "a new token";
  EXPECT_EQ(engine_.count("event_id IN"), 2U) << "the first answer to a new token is believed";
  EXPECT_EQ(rows_of(engine_.inserted[2]).first, (std::vector{events[0].event_id, events[1].event_id}));
}

TEST_F(CommitsTest, WhatIsStoredThoughItsAnswerWasLostIsNotInsertedAgain) {
  Commits commits({});
  engine_.on_insert = [this](const engine::Insert& /*insert*/) {
    stored_ = rows_of(engine_.inserted.back()).first;
    return support::fail_with(engine::EngineError(Kind::unknown, 0, "the answer is lost"));
  };
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  EXPECT_EQ(engine_.inserted.size(), 1U) << "the engine remembers a limited number of tokens";
  EXPECT_EQ(syncs_, 1) << "seen is not durable";
}

TEST_F(CommitsTest, AnEventThatIsSeenButMayNotBeOnTheDiskIsNotAcknowledged) {
  Commits commits({.retry_for = std::chrono::milliseconds(0)});
  const std::vector<Event> events{an_event()};
  is_broken_disk_ = true;
  engine_.on_insert = [this](const engine::Insert& /*insert*/) {
    stored_ = rows_of(engine_.inserted.back()).first;
    return support::fail_with(engine::EngineError(Kind::unknown, 0, "no sync"));
  };
  EXPECT_EQ(failure(commits, events), ErrorCode::engine_unavailable);
  EXPECT_EQ(failure(commits, events), ErrorCode::engine_unavailable) << "nor when it is sent again";
  EXPECT_EQ(engine_.inserted.size(), 1U);
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

TEST_F(CommitsTest, NumbersRiseAboveThoseInTheTableEvenIfTheClockIsBehind) {
  highest_ = std::uint64_t{1} << 62U;
  Commits commits({});
  commit(commits, {an_event()});
  commit(commits, {an_event()});
  const std::uint64_t first = rows_of(engine_.inserted.at(0)).second;
  EXPECT_GT(first, highest_);
  EXPECT_GT(rows_of(engine_.inserted.at(1)).second, first);
}

TEST_F(CommitsTest, ATableThatNeedsMoreMemoryThanThereIsIsAskedForEveryId) {
  Commits commits({.max_known_bytes = 0});
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  EXPECT_EQ(engine_.count("event_id IN"), 1U);
}

TEST_F(CommitsTest, OverSeveralInstancesTheTableIsAskedBeforeAndAfterTheInsert) {
  Commits commits({.other_instances = true});
  EXPECT_EQ(commit(commits, {an_event()}), Outcomes{kAccepted});
  EXPECT_EQ(engine_.count("event_id IN"), 2U);
  EXPECT_EQ(engine_.count("DELETE"), 0U);
}

TEST_F(CommitsTest, OfAnIdThatTwoInstancesInsertAtOnceTheFirstRowStaysAndTheOtherIsADuplicate) {
  Commits commits({.other_instances = true});
  const std::vector<Event> events{an_event(), an_event(), an_event()};
  engine_.on_insert = [&](const engine::Insert& /*insert*/) {
    // Another instance has inserted the first two meanwhile: one before us, one after.
    stored_ = {events[0].event_id, events[1].event_id, events[2].event_id};
    twice_ = {events[0].event_id, events[1].event_id};
    ours_ = {events[1].event_id, events[2].event_id};
    return support::done();
  };
  EXPECT_EQ(commit(commits, events), (Outcomes{kDuplicate, kAccepted, kAccepted}));
  ASSERT_EQ(engine_.count("DELETE"), 1U);
  const auto removal = std::ranges::find_if(
      engine_.seen, [](const auto& statement) { return statement.sql.contains("DELETE"); });
  const std::string ids = support::parameter(*removal, "ids");
  EXPECT_TRUE(ids.contains(events[0].event_id.text()) && ids.contains(events[1].event_id.text()));
  EXPECT_FALSE(ids.contains(events[2].event_id.text())) << "what is stored once is left alone";
}

TEST_F(CommitsTest, LongListsOfIdsAreAskedForInParts) {
  Commits commits({.other_instances = true});
  constexpr std::size_t kMany = 5000;
  std::vector<Event> events;
  for (std::size_t i = 0; i < kMany; ++i) events.push_back(an_event());
  EXPECT_EQ(commit(commits, events).size(), kMany);
  EXPECT_EQ(engine_.count("event_id IN"), 6U) << "three parts before the insert and three after";
}

}  // namespace
}  // namespace annals::lanes
