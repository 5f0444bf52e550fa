#include "audit/trail.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/coroutines/driven.h"
#include "support/simulated/scripted_engine.h"

namespace annals::audit {
namespace {

using namespace std::chrono_literals;

boost::asio::awaitable<void> throwing(Error error) {
  throw Error(std::move(error));
  co_return;
}

/// A trail whose records are kept here, unless `failure` is set.
class TrailTest : public testing::Test {
 protected:
  TrailTest() {
    engine_.on_execute = [](const engine::Statement& statement) {
      EXPECT_TRUE(statement.sql.contains("CREATE TABLE IF NOT EXISTS")) << statement.sql;
      return support::done();
    };
  }

  Trail::Write write() {
    return [this](const events::EventsTable& table, std::vector<events::Event> events) {
      EXPECT_EQ(table.quoted(), "`default`.events_00000000000000000000616e6e616c73");
      if (failure_) return throwing(*failure_);
      for (auto& event : events) kept_.push_back(std::move(event));
      return support::done();
    };
  }

  static Record record(Action action, Result result = Result::requested) {
    return {.action = action, .result = result};
  }

  [[nodiscard]] std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& event : kept_) {
      const auto data = boost::json::parse(event.event_data).as_object();
      names.emplace_back(std::string(data.at("action").as_string()) + " " +
                         std::string(data.at("result").as_string()));
    }
    return names;
  }

  std::optional<ErrorCode> error_of(boost::asio::awaitable<void> work) {
    support::Started<void> started(driver_, std::move(work));
    return support::error_of(started);
  }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  TrailTable table_{engine_, false};
  std::optional<Error> failure_;
  std::vector<events::Event> kept_;
  using Names = std::vector<std::string>;
};

const Error full{ErrorCode::over_quota, "full"};
const Error down{ErrorCode::engine_unavailable, "History database is unavailable."};

TEST_F(TrailTest, WhatChangesSomethingIsKeptBeforeItIsDone) {
  Trail trail(table_, write(), {});
  EXPECT_FALSE(error_of(trail.record_before(record(Action::create_key))));
  EXPECT_EQ(kept(), Names{"create_key requested"});
}

TEST_F(TrailTest, WhatCannotBeKeptMustNotBeDone) {
  Trail trail(table_, write(), {});
  failure_ = full;
  EXPECT_EQ(error_of(trail.record_before(record(Action::create_key))), ErrorCode::overloaded);
  failure_ = down;
  EXPECT_EQ(error_of(trail.record_before(record(Action::create_key))), ErrorCode::engine_unavailable);
}

TEST_F(TrailTest, WhatTakesAwayIsDoneAllTheSameAndRecordedLater) {
  Trail trail(table_, write(), {});
  failure_ = full;
  EXPECT_FALSE(error_of(trail.record_before(record(Action::delete_tenant))));
  failure_.reset();
  EXPECT_FALSE(error_of(trail.write_waiting()));
  EXPECT_EQ(kept(), Names{"delete_tenant requested"});
}

TEST_F(TrailTest, ATrailThatIsNotRequiredHoldsNothingUp) {
  Trail trail(table_, write(), {.is_required = false});
  failure_ = down;
  EXPECT_FALSE(error_of(trail.record_before(record(Action::create_key))));
}

TEST_F(TrailTest, AnOutcomeThatCannotBeKeptNowIsRecordedLater) {
  Trail trail(table_, write(), {});
  failure_ = down;
  EXPECT_FALSE(error_of(trail.record_after(record(Action::create_key, Result::done))));
  EXPECT_EQ(error_of(trail.write_waiting()), ErrorCode::engine_unavailable);
  trail.note(record(Action::export_events, Result::started));
  failure_.reset();
  EXPECT_FALSE(error_of(trail.write_waiting()));
  EXPECT_EQ(kept(), (Names{"create_key done", "export_events started"})) << "expected them in their order";
}

TEST_F(TrailTest, ARecordThatIsWrittenAgainIsTheSameEvent) {
  Trail trail(table_, write(), {});
  const auto outcome = record(Action::create_key, Result::done);
  failure_ = down;
  EXPECT_FALSE(error_of(trail.record_after(outcome)));
  failure_.reset();
  EXPECT_FALSE(error_of(trail.write_waiting()));
  ASSERT_EQ(kept_.size(), 1U);
  EXPECT_EQ(kept_.front().event_id, outcome.id);
}

TEST_F(TrailTest, RecordsBeyondTheQueueAreCounted) {
  Trail trail(table_, write(), {.max_waiting = 3});
  for (int i = 0; i < 10; ++i) trail.note(record(Action::get_event_file, Result::done));
  EXPECT_FALSE(error_of(trail.write_waiting()));
  ASSERT_EQ(kept_.size(), 4U);
  EXPECT_EQ(kept().back(), "lose_records done");
  EXPECT_TRUE(kept_.back().event_data.contains(R"("count":7)")) << kept_.back().event_data;
}

TEST_F(TrailTest, TheTableIsMadeAnewIfItIsGone) {
  Trail trail(table_, write(), {});
  EXPECT_FALSE(error_of(trail.record_before(record(Action::create_key))));
  const auto made = engine_.seen.size();
  failure_ = full;
  (void)error_of(trail.record_before(record(Action::create_key)));
  failure_.reset();
  EXPECT_FALSE(error_of(trail.record_before(record(Action::create_key))));
  EXPECT_EQ(engine_.seen.size(), made + 1) << "expected that it is asked for once more, and not each time";
}

TEST_F(TrailTest, TheEndOfTheServiceTellsWhatIsCounted) {
  Trail trail(table_, write(), {.refusals = {.window = 1h}});
  for (int i = 0; i < 5; ++i) trail.note(Refusal{.address = "192.0.2.1", .reason = "wrong"});
  EXPECT_FALSE(error_of(trail.write_all()));
  EXPECT_EQ(kept(), (Names{"refuse_credentials refused", "refuse_credentials refused"}));
}

}  // namespace
}  // namespace annals::audit
