#include "lanes/intake.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "input/problems.h"
#include "support/coroutines/driven.h"
#include "unit/lanes/hand_driven_commits.h"

namespace annals::lanes {
namespace {

using Kind = engine::EngineError::Kind;
using Names = std::vector<std::uint64_t>;

std::string line_of(std::uint64_t name) {
  return fmt::format(
      R"({{"record_id":{},"event_type_id":1,"source_type_id":1,"source_id":1,"event_data":null}})", name);
}

/// A body whose parts arrive when the test sends them.
class Body {
 public:
  [[nodiscard]] NextPart next_part() {
    return [this](std::function<void()> before_wait) { return next(std::move(before_wait)); };
  }

  void send(std::string part) { arrive(std::move(part)); }
  void end() { arrive(std::nullopt); }
  [[nodiscard]] bool is_awaited() const { return wake_ != nullptr; }

 private:
  boost::asio::awaitable<std::optional<std::string>> next(std::function<void()> before_wait) {
    if (parts_.empty()) {
      if (before_wait) before_wait();
      co_await io::suspend([this](io::Wake wake) { wake_ = std::move(wake); });
    }
    auto part = std::move(parts_.front());
    parts_.erase(parts_.begin());
    co_return part;
  }

  void arrive(std::optional<std::string> part) {
    parts_.push_back(std::move(part));
    if (wake_) std::exchange(wake_, nullptr)();
  }

  std::vector<std::optional<std::string>> parts_;
  io::Wake wake_;
};

class IntakeTest : public testing::Test {
 protected:
  explicit IntakeTest(std::chrono::milliseconds time = std::chrono::hours(1))
      : intake_{lanes_, budget_, threads_, {.time = time}} {}

  using Result = support::Started<IntakeResult>;

  Result take_lines(const Intake::Settings& settings = {}) {
    Result result(driver_, intake_.take_lines(table_of("a"), body_.next_part(), settings));
    driver_.settle();
    return result;
  }
  Result take_all(envelopes::DecodedItems items) {
    Result result(driver_, intake_.take_all(table_of("a"), std::move(items)));
    driver_.settle();
    return result;
  }
  using Received = support::Started<std::shared_ptr<ReceivedBody>>;

  Received receive(Body& body, std::size_t max_bytes) {
    Received result(driver_, receive(intake_, body.next_part(), max_bytes));
    driver_.settle();
    return result;
  }
  // NOLINTNEXTLINE(*-reference-coroutine-parameters): the fixture outlives it
  static boost::asio::awaitable<std::shared_ptr<ReceivedBody>> receive(Intake& intake, NextPart next_part,
                                                                       std::size_t max_bytes) {
    auto body = co_await intake.receive("a", std::move(next_part), max_bytes);
    co_return std::make_shared<ReceivedBody>(std::move(body));
  }
  void send(std::string part) {
    body_.send(std::move(part));
    driver_.settle();
  }
  /// Sends a part after a fiftieth of the time that a body may take.
  void send_slowly(Body& body, std::string part) {
    const auto then = std::chrono::steady_clock::now() + kTime / 50;
    while (std::chrono::steady_clock::now() < then) driver_.settle();
    body.send(std::move(part));
    driver_.settle();
  }
  void end() {
    body_.end();
    driver_.settle();
  }
  [[nodiscard]] const Names& committed(std::size_t index) const { return commits_.calls.at(index)->events; }

  static std::vector<std::string> problems_of(Result& result) {
    std::vector<std::string> messages;
    try {
      result.get();
    } catch (const input::InvalidInput& error) {
      for (const auto& problem : error.problems()) messages.push_back(problem.msg);
    }
    return messages;
  }

  static constexpr std::chrono::milliseconds kTime{50};
  static constexpr std::size_t kBudget = 100'000;
  support::Driver driver_;
  io::Budget budget_{{.total = kBudget, .of_one = kBudget}};
  io::SideThreads threads_{1, 1};
  HandDrivenCommits commits_;
  Lanes lanes_{driver_.executor(), commits_.function(), {}};
  Intake intake_;
  Body body_;
};

/// Gives a body little time.
class HurriedIntakeTest : public IntakeTest {
 protected:
  HurriedIntakeTest() : IntakeTest(kTime) {}
};

TEST_F(IntakeTest, ARequestWithABadEventIsRefusedAsAWhole) {
  envelopes::DecodedItems items;
  items.add(event_of(1));
  items.add(input::Problems{input::missing()});
  auto result = take_all(std::move(items));
  EXPECT_EQ(problems_of(result), std::vector<std::string>{"field required"});
  EXPECT_TRUE(commits_.calls.empty()) << "nothing of it is stored";
}

TEST_F(IntakeTest, BadEventsAreListedAndTheOthersStoredIfTheyAreToBeSkipped) {
  envelopes::DecodedItems items{.skip_bad = true};
  items.add(event_of(1));
  items.add(input::Problems{input::missing()});
  items.add(event_of(2));
  auto result = take_all(std::move(items));
  EXPECT_EQ(committed(0), (Names{1, 2}));
  commits_.succeed(0);
  const IntakeResult taken = result.get();
  EXPECT_EQ(taken.counts.accepted, 2U);
  ASSERT_EQ(taken.bad.listed().size(), 1U);
  EXPECT_EQ(taken.bad.listed()[0].first, 1) << "its place in the request";
}

TEST_F(IntakeTest, LinesAreWrittenWhileTheSenderPausesAndTheRestAtTheEnd) {
  auto result = take_lines();
  send(line_of(1) + "\n" + line_of(2) + "\n");
  ASSERT_EQ(commits_.calls.size(), 1U) << "what has arrived does not wait for the end of the request";
  EXPECT_EQ(committed(0), (Names{1, 2}));
  send(line_of(3) + "\n");
  send(line_of(4) + "\n");
  EXPECT_EQ(commits_.calls.size(), 1U) << "one write of a request at a time";
  commits_.succeed(0);
  driver_.until([&] { return commits_.calls.size() == 2; });
  EXPECT_EQ(committed(1), (Names{3, 4}));
  send(line_of(5));
  end();
  commits_.succeed(1);
  driver_.until([&] { return commits_.calls.size() == 3; });
  EXPECT_EQ(committed(2), (Names{5})) << "the last line needs no line break";
  commits_.succeed(2);
  EXPECT_EQ(result.get().counts.accepted, 5U);
}

TEST_F(IntakeTest, ABadLineEndsTheRequestAfterTheLinesBeforeItAreStored) {
  auto result = take_lines();
  send(line_of(1) + "\nnot json\n" + line_of(2) + "\n");
  ASSERT_EQ(commits_.calls.size(), 1U);
  EXPECT_EQ(committed(0), Names{1});
  EXPECT_FALSE(result.ended()) << "the answer says that they are stored, so it waits for them";
  commits_.succeed(0);
  EXPECT_EQ(problems_of(result).size(), 1U);
}

TEST_F(IntakeTest, AWriteThatFailedOutranksABadLine) {
  auto result = take_lines();
  send(line_of(1) + "\nnot json\n");
  commits_.fail(0, Kind::unknown);
  EXPECT_EQ(error_of(result), ErrorCode::engine_unavailable) << "422 would say that line 1 is stored";
}

TEST_F(IntakeTest, BadLinesAreListedByTheirNumberIfTheyAreToBeSkipped) {
  auto result = take_lines({.skip_bad = true});
  send("\n" + line_of(1) + "\nnot json\n" + line_of(2) + "\n");
  end();
  commits_.succeed(0);
  const IntakeResult taken = result.get();
  EXPECT_EQ(taken.counts.accepted, 2U);
  ASSERT_EQ(taken.bad.listed().size(), 1U);
  EXPECT_EQ(taken.bad.listed()[0].first, 2) << "blank lines count";
}

TEST_F(IntakeTest, TheRequestEndsWithTheFirstPartAfterAWriteFailed) {
  auto result = take_lines();
  send(line_of(1) + "\n");
  commits_.fail(0, Kind::unavailable);
  driver_.settle();
  send(line_of(2) + "\n");
  EXPECT_EQ(error_of(result), ErrorCode::engine_unavailable);
  EXPECT_FALSE(body_.is_awaited()) << "nothing more is read";
}

TEST_F(IntakeTest, WhatIsBeingReceivedHasALimitOverAllRequestsAndGivesItBack) {
  {
    auto result = take_lines();
    send(std::string(kBudget + 1, ' '));  // a line that does not end
    EXPECT_EQ(error_of(result), ErrorCode::overloaded);
  }
  io::Budget::Share all(budget_, "b");
  EXPECT_TRUE(all.take(kBudget)) << "a request that ended holds nothing";
}

TEST_F(IntakeTest, ALineThatHasEndedIsHeldNoLongerWhileTheSenderPauses) {
  auto result = take_lines();
  send(std::string(kBudget / 3, ' '));
  io::Budget::Share other(budget_, "b");
  EXPECT_FALSE(other.take(kBudget)) << "the beginning of a line is held";
  send(line_of(1) + "\n");
  commits_.succeed(0);
  driver_.settle();
  EXPECT_TRUE(other.take(kBudget));
  end();
  EXPECT_EQ(result.get().counts.accepted, 1U);
}

TEST_F(IntakeTest, EventsThatNoWriteHasTakenCountAgainstTheLimit) {
  auto result = take_lines();
  send(line_of(1) + "\n");  // in flight
  std::string many;
  while (many.size() < 2 * kBudget) many += line_of(2) + "\n";
  send(std::move(many));
  commits_.succeed(0);
  while (!result.ended()) {
    driver_.until([&] { return result.ended() || commits_.in_flight() > 0; });
    if (commits_.in_flight() > 0) commits_.succeed(commits_.calls.size() - 1);
    driver_.settle();
    if (body_.is_awaited()) end();
  }
  EXPECT_GT(result.get().counts.accepted, 1U) << "the sender is slowed down, not refused";
}

TEST_F(IntakeTest, AWholeBodyHasALimitOfItsOwnAndOneWithAllOthers) {
  constexpr std::size_t kMaxBody = 10;
  auto small = receive(body_, kMaxBody);
  send("12345");
  send("67890");
  end();
  EXPECT_EQ(small.get()->text, "1234567890");

  Body other;
  auto large = receive(other, kMaxBody);
  other.send("12345678901");
  EXPECT_EQ(error_of(large), ErrorCode::body_too_large);

  Body greedy;
  auto too_much = receive(greedy, 2 * kBudget);
  greedy.send(std::string(kBudget + 1, 'x'));
  EXPECT_EQ(error_of(too_much), ErrorCode::overloaded);
}

TEST_F(IntakeTest, AWholeBodyThatIsReleasedTakesNoMemory) {
  auto received = receive(body_, kBudget);
  send(std::string(kBudget / 2, ' '));
  end();
  const auto body = received.get();
  ASSERT_GE(body->text.capacity(), kBudget / 2);
  body->release();
  EXPECT_EQ(body->text.capacity(), std::string().capacity());
  EXPECT_EQ(body->share.held(), 0U);
}

TEST_F(IntakeTest, AWholeBodyCountsAsHeldUntilItsEventsWaitInTheLane) {
  auto received = receive(body_, kBudget);
  send(std::string(kBudget - 1000, ' ') + line_of(1));
  end();
  const auto body = received.get();
  io::Budget::Share other(budget_, "b");
  EXPECT_FALSE(other.take(1000)) << "a body that is to be decoded is held";
  const auto decode = [](std::string_view text, const envelopes::TakeItem& take) {
    envelopes::decode_json(text, text::now(), take);
  };
  Result result(driver_, intake_.take_whole(table_of("a"), std::move(*body), {}, decode));
  driver_.until([&] { return commits_.calls.size() == 1; });
  EXPECT_TRUE(other.take(kBudget)) << "events in the lane are counted there";
  commits_.succeed(0);
  EXPECT_EQ(result.get().counts.accepted, 1U);
}

TEST_F(IntakeTest, ABodyThatMayTakeLongToDecodeIsDecodedByAnotherThread) {
  const std::string event = line_of(0);
  std::string small_items = "[" + event;  // some 300 of them
  for (int i = 0; i < 300; ++i) small_items += ",{}";
  const std::vector<std::pair<std::string, bool>> bodies{
      {event, false},
      {event + std::string(60'000, ' '), false},
      {event + std::string(70'000, ' '), true},
      {small_items + "]", true},
  };
  for (const auto& [text, by_another] : bodies) {
    std::thread::id decoded_by;
    const auto decode = [&](std::string_view body, const envelopes::TakeItem& take) {
      decoded_by = std::this_thread::get_id();
      envelopes::decode_json(body, text::now(), take);
    };
    Body body;
    auto received = receive(body, kBudget);
    body.send(text);
    body.end();
    Result result(driver_,
                  intake_.take_whole(table_of("a"), std::move(*received.get()), {.skip_bad = true}, decode));
    driver_.until([&] { return commits_.in_flight() == 1; });
    commits_.succeed(commits_.calls.size() - 1);
    result.get();
    EXPECT_EQ(decoded_by != std::this_thread::get_id(), by_another) << text.substr(0, 200);
  }
}

TEST_F(IntakeTest, EventsThatTakeMoreThanTheirBodyAreRefusedIfThatIsTooMuch) {
  auto received = receive(body_, kBudget);
  std::string many = "[" + line_of(1);
  while (many.size() < kBudget - 1000) many += "," + line_of(1);
  send(many + "]");
  end();
  const auto decode = [](std::string_view text, const envelopes::TakeItem& take) {
    envelopes::decode_json(text, text::now(), take);
  };
  Result result(driver_, intake_.take_whole(table_of("a"), std::move(*received.get()), {}, decode));
  EXPECT_EQ(error_of(result), ErrorCode::overloaded);
  EXPECT_TRUE(commits_.calls.empty());
}

TEST_F(HurriedIntakeTest, ABodyThatArrivesByteByByteIsRefusedAfterItsTime) {
  auto whole = receive(body_, kBudget);
  while (!whole.ended()) send_slowly(body_, "x");
  EXPECT_EQ(error_of(whole), ErrorCode::request_too_slow);
}

TEST_F(HurriedIntakeTest, ALineThatArrivesByteByByteIsRefusedAfterItsTimeButLinesMayTakeForEver) {
  auto result = take_lines();
  const auto end_of_patience = std::chrono::steady_clock::now() + 3 * kTime;
  while (std::chrono::steady_clock::now() < end_of_patience) {
    send_slowly(body_, line_of(1) + "\n");
    if (commits_.in_flight() > 0) commits_.succeed(commits_.calls.size() - 1);
    driver_.settle();
  }
  ASSERT_FALSE(result.ended()) << "a sender of whole lines may live as long as it likes";
  if (commits_.in_flight() > 0) commits_.succeed(commits_.calls.size() - 1);
  while (body_.is_awaited()) {
    send_slowly(body_, "x");
    if (commits_.in_flight() > 0) commits_.succeed(commits_.calls.size() - 1);
  }
  EXPECT_EQ(error_of(result), ErrorCode::request_too_slow);
}

TEST_F(IntakeTest, LinesWithoutEventsHaveALimit) {
  const std::string hundred_thousand(100'000, '\n');
  const std::vector<std::string> kinds{hundred_thousand + "\n", hundred_thousand + " \r\n",
                                       hundred_thousand + "{}\n"};
  for (const std::string& lines : kinds) {
    Body body;
    Result result(driver_, intake_.take_lines(table_of("a"), body.next_part(), {.skip_bad = true}));
    driver_.settle();
    body.send(lines);
    driver_.until([&] { return result.ended(); });
    EXPECT_EQ(problems_of(result), std::vector<std::string>{"more than 100000 lines hold no event"});
  }
  auto result = take_lines();
  send(hundred_thousand + line_of(1) + "\n\n");
  end();
  driver_.until([&] { return commits_.calls.size() == 1; });
  commits_.succeed(0);
  EXPECT_EQ(result.get().counts.accepted, 1U) << "up to the limit they are only skipped";
}

}  // namespace
}  // namespace annals::lanes
