#include "lanes/lanes.h"

#include <gtest/gtest.h>

#include "lanes/bulk_write.h"
#include "support/coroutines/driven.h"
#include "unit/lanes/opened_lanes.h"

namespace annals::lanes {
namespace {

using std::chrono::steady_clock;
using Kind = engine::EngineError::Kind;

steady_clock::duration no_time(steady_clock::duration /*commit_time*/) {
  return {};
}
steady_clock::duration an_hour(steady_clock::duration /*commit_time*/) {
  return std::chrono::hours(1);
}

steady_clock::duration throw_instead(steady_clock::duration /*commit_time*/) {
  throw std::runtime_error("there is no memory");
}

boost::asio::awaitable<std::vector<WriteOutcome>> outcomes(std::size_t count) {
  co_return std::vector<WriteOutcome>(count, WriteOutcome::accepted);
}

/// Tells that the events with odd names are accepted and those with even names are duplicates, once `held`
/// (if any) is called.
boost::asio::awaitable<std::vector<WriteOutcome>> told_of(std::vector<const events::Event*> batch,
                                                          io::Wake* held) {
  if (held != nullptr) co_await io::suspend([held](io::Wake wake) { *held = std::move(wake); });
  std::vector<WriteOutcome> told;
  told.reserve(batch.size());
  for (const events::Event* event : batch)
    told.push_back(event->record_id % 2 == 1 ? WriteOutcome::accepted : WriteOutcome::duplicate);
  co_return told;
}

/// Writes one event, and owns `token` until it is told what became of it.
boost::asio::awaitable<void> write_holding(Lanes* lanes, std::string tenant, std::shared_ptr<int> token) {
  co_await lanes->write(table_of(tenant), {event_of(static_cast<std::uint64_t>(*token))});
}

/// The same through a BulkWrite.
boost::asio::awaitable<void> write_bulk_holding(Lanes* lanes, io::Budget* budget,
                                                std::shared_ptr<int> token) {
  BulkWrite write(co_await boost::asio::this_coro::executor, *lanes, *budget, table_of("bulk"));
  auto event = event_of(static_cast<std::uint64_t>(*token));
  EXPECT_TRUE(write.add(event));
  co_await write.finish();
}

using LanesTest = OpenedLanes;

TEST_F(LanesTest, AnIdleLaneCommitsAtOnce) {
  open({.gather_time = no_time});
  auto written = write("a", {1, 2});
  ASSERT_EQ(commits_.calls.size(), 1U) << "expected a commit without anything else happening";
  EXPECT_EQ(committed(0), (Names{1, 2}));
  EXPECT_FALSE(written.ended()) << "nothing is acknowledged before it is committed";
  commits_.succeed(0);
  EXPECT_EQ(written.get().size(), 2U);
}

TEST_F(LanesTest, WhoWaitsGoesWithWhatItWaitsFor) {
  open({.max_commits = 1});
  std::vector<std::weak_ptr<int>> tokens;
  std::vector<support::Started<void>> writes;
  for (const char* tenant : {"in_flight", "in_flight", "behind_it"}) {
    auto token = std::make_shared<int>(1);
    tokens.emplace_back(token);
    writes.emplace_back(driver_, write_holding(&*lanes_, tenant, std::move(token)));
    driver_.settle();
  }
  ASSERT_EQ(commits_.calls.size(), 1U);

  lanes_->discard();
  driver_.settle();
  EXPECT_FALSE(tokens[0].expired()) << "its commit is in flight";
  EXPECT_TRUE(tokens[1].expired()) << "it waits in the queue of its lane";
  EXPECT_TRUE(tokens[2].expired()) << "its lane waits for its turn";
  commits_.calls.clear();
  driver_.settle();
  EXPECT_TRUE(tokens[0].expired()) << "the commit was given up";
}

TEST_F(LanesTest, ABulkWriteGoesWithItsWrite) {
  open({});
  io::Budget budget({.total = 1000, .of_one = 1000});
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> held = token;
  const support::Started<void> write(driver_, write_bulk_holding(&*lanes_, &budget, std::move(token)));
  driver_.settle();
  ASSERT_EQ(commits_.calls.size(), 1U);
  EXPECT_FALSE(held.expired());

  commits_.calls.clear();
  driver_.settle();
  EXPECT_TRUE(held.expired()) << "the commit was given up";
}

TEST_F(LanesTest, WhatArrivesDuringACommitLeavesTogetherInTheNext) {
  open({.gather_time = no_time});
  auto first = write("a", {1});
  auto second = write("a", {2});
  auto third = write("a", {3, 4});
  EXPECT_EQ(commits_.calls.size(), 1U) << "one commit of a tenant at a time";
  commits_.succeed(0);
  until_commits(2);
  EXPECT_EQ(committed(1), (Names{2, 3, 4}));
  commits_.succeed(1);
  EXPECT_EQ(first.get().size(), 1U);
  EXPECT_EQ(second.get().size(), 1U);
  EXPECT_EQ(third.get().size(), 2U) << "each call gets the outcomes of its own events";
}

TEST_F(LanesTest, AfterACommitTheLaneWaitsForThoseWhomItHasAnswered) {
  open({.gather_time = an_hour});
  auto first = write("a", {1});
  auto waiting = write("a", {2});
  commits_.succeed(0);
  first.get();
  driver_.settle();
  EXPECT_EQ(commits_.calls.size(), 1U) << "the one that was answered may come back";
  auto back = write("a", {3});
  until_commits(2);
  EXPECT_EQ(committed(1), (Names{2, 3})) << "as many have come as were answered, besides those that waited";
  commits_.succeed(1);
  waiting.get();
  back.get();
}

TEST_F(LanesTest, ALaneWhoseClientsDoNotComeBackCommitsWhatItHas) {
  open({.gather_time = no_time});
  auto first = write("a", {1});
  auto waiting = write("a", {2});
  commits_.succeed(0);
  until_commits(2);
  EXPECT_EQ(committed(1), (Names{2}));
  commits_.succeed(1);
  first.get();
  waiting.get();
}

TEST_F(LanesTest, GatheringTakesHalfOfTheCommitAndTwentyMillisecondsAtMost) {
  using std::chrono::milliseconds;
  EXPECT_EQ(default_gather_time(milliseconds(10)), milliseconds(5));
  EXPECT_EQ(default_gather_time(milliseconds(500)), milliseconds(20));
}

TEST_F(LanesTest, ABatchKeepsToItsRowsAndBytesButDividesNoCall) {
  open({.max_rows_per_commit = 3, .gather_time = no_time});
  std::vector<Written> written;
  written.push_back(write("a", {1}));
  written.push_back(write("a", {2, 3}));
  written.push_back(write("a", {4, 5}));
  written.push_back(write("a", {6, 7, 8, 9}));
  for (std::size_t i = 0; i < 4; ++i) {
    until_commits(i + 1);
    commits_.succeed(i);
  }
  for (auto& one : written) one.get();
  EXPECT_EQ(committed(1), (Names{2, 3}));
  EXPECT_EQ(committed(2), (Names{4, 5}));
  EXPECT_EQ(committed(3), (Names{6, 7, 8, 9})) << "a call larger than the limit is one commit all the same";
}

TEST_F(LanesTest, ABatchKeepsToItsBytes) {
  open({.max_bytes_per_commit = 2500, .gather_time = no_time});
  std::vector<Written> written;
  for (std::uint64_t name = 1; name <= 5; ++name) written.push_back(write("a", {name}, 1000));
  commits_.succeed(0);
  until_commits(2);
  EXPECT_EQ(committed(1), (Names{2, 3}));
  commits_.succeed(1);
  until_commits(3);
  commits_.succeed(2);
  for (auto& one : written) one.get();
}

TEST_F(LanesTest, TenantsTakeTurnsHoweverMuchOneOfThemHas) {
  open({.max_rows_per_commit = 1, .max_commits = 1, .gather_time = no_time});
  std::vector<Written> written;
  for (std::uint64_t name = 1; name <= 4; ++name) written.push_back(write("busy", {name}));
  written.push_back(write("quiet", {100}));
  for (std::size_t i = 0; i < 5; ++i) {
    until_commits(i + 1);
    EXPECT_EQ(commits_.in_flight(), 1U) << "no more commits than the limit over all tenants";
    commits_.succeed(i);
  }
  for (auto& one : written) one.get();
  EXPECT_EQ(committed(1), (Names{100}))
      << "the quiet tenant waits for one commit of the busy one, not for all";
}

TEST_F(LanesTest, OtherTenantsDoNotWaitForACommitThatHangs) {
  open({.max_commits = 2, .gather_time = no_time});
  auto hanging = write("slow", {1});
  auto quick = write("quick", {2});
  ASSERT_EQ(commits_.calls.size(), 2U);
  commits_.succeed(1);
  EXPECT_EQ(quick.get().size(), 1U);
  EXPECT_FALSE(hanging.ended());
  commits_.succeed(0);
  hanging.get();
}

TEST_F(LanesTest, LargeBatchesTakeTurnsAndHoldNoSmallOneUp) {
  constexpr std::size_t kLarge = std::size_t{2} << 20U;
  open({.max_commits = 3, .max_large_commits = 1, .gather_time = no_time});
  auto large = write("a", {1}, kLarge);
  auto other = write("b", {2}, kLarge);
  auto small = write("c", {3});
  ASSERT_EQ(commits_.calls.size(), 2U) << "what is in flight takes memory beside what waits";
  EXPECT_EQ(committed(0), Names{1});
  EXPECT_EQ(committed(1), Names{3});
  commits_.succeed(0);
  until_commits(3);
  EXPECT_EQ(committed(2), Names{2});
  commits_.succeed(1);
  commits_.succeed(2);
  EXPECT_EQ(large.get().size(), 1U);
  EXPECT_EQ(other.get().size(), 1U);
  EXPECT_EQ(small.get().size(), 1U);
}

TEST_F(LanesTest, ALaneThatHasEnoughWaitsForNobody) {
  open({.gather_time = an_hour});
  auto first = write("a", {1});
  auto enough = write("a", {2}, std::size_t{1} << 20U);
  commits_.succeed(0);
  until_commits(2);
  EXPECT_EQ(committed(1), Names{2});
  commits_.succeed(1);
  first.get();
  enough.get();
}

TEST_F(LanesTest, ALaneThatFailsAnswersEverybodyWhoWaitsAndTheNextCallBeginsAnother) {
  open({.gather_time = throw_instead});
  auto committed = write("a", {1});
  auto waiting = write("a", {2});
  EXPECT_EQ(lanes_->status().lanes, 1U);
  EXPECT_EQ(lanes_->status().bytes_waiting, memory_of(event_of(2)));
  commits_.succeed(0);
  EXPECT_EQ(committed.get().size(), 1U);
  EXPECT_THROW(waiting.get(), std::runtime_error);
  EXPECT_EQ(lanes_->status().lanes, 0U);
  EXPECT_EQ(lanes_->status().bytes_waiting, 0U);
  auto next = write("a", {3});
  until_commits(2);
  commits_.succeed(1);
  EXPECT_EQ(next.get().size(), 1U);
}

TEST_F(LanesTest, ARefusedBatchIsHalvedUntilTheRefusalMeetsItsCause) {
  open({.gather_time = no_time});
  auto first = write("a", {0});
  std::vector<Written> written;
  for (std::uint64_t name = 1; name <= 4; ++name) written.push_back(write("a", {name}));
  constexpr std::uint64_t kBad = 3;
  commits_.succeed(0);
  for (std::size_t i = 1; std::ranges::any_of(written, [](const Written& one) { return !one.ended(); });
       ++i) {
    until_commits(i + 1);
    if (std::ranges::find(committed(i), kBad) != committed(i).end()) {
      commits_.fail(i, Kind::refused);
    } else {
      commits_.succeed(i);
    }
    driver_.settle();
  }
  std::vector<Names> batches;
  for (std::size_t i = 1; i < commits_.calls.size(); ++i) batches.push_back(committed(i));
  EXPECT_EQ(batches, (std::vector<Names>{{1, 2, 3, 4}, {1, 2}, {3, 4}, {3}, {4}}));
  EXPECT_EQ(written[0].get().size(), 1U);
  EXPECT_EQ(written[1].get().size(), 1U);
  EXPECT_EQ(error_of(written[2]), ErrorCode::internal) << "the call that the engine refuses hears of it";
  EXPECT_EQ(written[3].get().size(), 1U) << "its neighbour does not";
  first.get();
}

TEST_F(LanesTest, ABatchWhoseOutcomeIsUnknownIsNotTriedAgainInParts) {
  open({.gather_time = no_time});
  auto first = write("a", {0});
  auto second = write("a", {1});
  auto third = write("a", {2});
  commits_.succeed(0);
  until_commits(2);
  commits_.fail(1, Kind::unknown);
  EXPECT_EQ(error_of(second), ErrorCode::engine_unavailable);
  EXPECT_EQ(error_of(third), ErrorCode::engine_unavailable);
  EXPECT_EQ(commits_.calls.size(), 2U) << "a retry without the token could store events twice";
  first.get();
}

TEST_F(LanesTest, ACommitThatTellsOfTooFewEventsIsAnErrorOfItsCallersAndTheLaneGoesOn) {
  int commits = 0;
  const Commit miscounting = [&](const events::EventsTable& /*table*/,
                                 const std::vector<const events::Event*>& batch) {
    return outcomes(++commits == 1 ? batch.size() - 1 : batch.size());
  };
  lanes_.emplace(driver_.executor(), miscounting, LaneLimits{.max_commits = 1});
  EXPECT_THROW(write("a", {1}).get(), std::logic_error);
  EXPECT_EQ(write("a", {2}).get().size(), 1U) << "its place is free again";
}

TEST_F(LanesTest, EachCallOfABatchGetsItsOwnOutcomes) {
  using Outcomes = std::vector<WriteOutcome>;
  io::Wake first_ends;
  int commits = 0;
  const Commit commit = [&](const events::EventsTable& /*table*/,
                            const std::vector<const events::Event*>& batch) {
    return told_of(batch, ++commits == 1 ? &first_ends : nullptr);
  };
  lanes_.emplace(driver_.executor(), commit, LaneLimits{.max_commits = 1, .gather_time = no_time});
  auto first = write("a", {1});
  auto second = write("a", {2, 3});  // odd names are told to be accepted, even ones duplicates
  auto third = write("a", {4});
  auto fourth = write("a", {5, 6});
  first_ends();
  EXPECT_EQ(first.get(), Outcomes{WriteOutcome::accepted});
  EXPECT_EQ(second.get(), (Outcomes{WriteOutcome::duplicate, WriteOutcome::accepted}));
  EXPECT_EQ(third.get(), Outcomes{WriteOutcome::duplicate});
  EXPECT_EQ(fourth.get(), (Outcomes{WriteOutcome::accepted, WriteOutcome::duplicate}));
  EXPECT_EQ(commits, 2) << "the others left together";
}

TEST_F(LanesTest, ATenantOverItsQuotaIsToldSoEvenWhenEverythingIsFull) {
  constexpr std::size_t kEvent = 1000;
  const std::size_t one = memory_of(event_of(0, kEvent));
  open({.max_bytes_waiting_per_tenant = 2 * one,
        .max_bytes_waiting = 3 * one,
        .max_commits = 1,
        .gather_time = no_time});
  std::vector<Written> kept;
  kept.push_back(write("a", {0}, kEvent));  // in flight: it does not wait
  kept.push_back(write("a", {1}, kEvent));
  kept.push_back(write("a", {2}, kEvent));
  kept.push_back(write("b", {3}, kEvent));
  auto over_quota = write("a", {4}, kEvent);
  auto overloaded = write("b", {5}, kEvent);
  EXPECT_EQ(error_of(over_quota), ErrorCode::over_quota) << "the quota is looked at before the load of all";
  EXPECT_EQ(error_of(overloaded), ErrorCode::overloaded);
  for (std::size_t i = 0; i < 3; ++i) {
    until_commits(i + 1);
    commits_.succeed(i);
  }
  for (auto& written : kept) EXPECT_EQ(written.get().size(), 1U) << "what was taken in is never dropped";
}

TEST_F(LanesTest, ACallLargerThanTheWholeQuotaPassesAlone) {
  open({.max_bytes_waiting_per_tenant = 10, .max_bytes_waiting = 10, .gather_time = no_time});
  auto first = write("a", {1}, 1000);
  auto second = write("a", {2}, 1000);
  auto third = write("a", {3}, 1000);
  EXPECT_EQ(error_of(third), ErrorCode::over_quota);
  commits_.succeed(0);
  until_commits(2);
  commits_.succeed(1);
  EXPECT_EQ(first.get().size(), 1U);
  EXPECT_EQ(second.get().size(), 1U);
}

TEST_F(LanesTest, ACallWithoutEventsReturnsAtOnce) {
  open({.gather_time = no_time});
  auto written = write("a", {});
  EXPECT_TRUE(written.get().empty());
  EXPECT_TRUE(commits_.calls.empty());
}

}  // namespace
}  // namespace annals::lanes
