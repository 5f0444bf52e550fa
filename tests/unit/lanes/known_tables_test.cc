#include "lanes/known_tables.h"

#include <gtest/gtest.h>

#include "support/coroutines/driven.h"
#include "support/simulated/scripted_engine.h"
#include "support/simulated/simulated_table.h"

namespace annals::lanes {
namespace {

class KnownTablesTest : public testing::Test {
 protected:
  KnownTablesTest() { simulated_.answer_for(engine_); }

  events::EventsTable table_of(ClientId owner) {
    return {.engine = engine_,
            .database = DatabaseName::parse("demo").value(),
            .owner = owner,
            .request_id = "r"};
  }
  std::shared_ptr<KnownTable> find(ClientId owner) {
    return support::run_to_end(driver_, tables_.find(table_of(owner)));
  }
  /// Returns whether the table has to be read.
  bool is_unknown(ClientId owner) {
    const auto asked = engine_.seen.size();
    find(owner);
    return engine_.seen.size() > asked;
  }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::SimulatedTable simulated_;
  EngineClock clock_;
  KnownTables tables_{0, clock_, {}, 2};  // at most two
};

TEST_F(KnownTablesTest, AreReadOnce) {
  const auto owner = ClientId::random();
  EXPECT_TRUE(is_unknown(owner));
  EXPECT_FALSE(is_unknown(owner));
  tables_.forget(owner);
  EXPECT_TRUE(is_unknown(owner));
}

TEST_F(KnownTablesTest, ThatNobodyUsesMakeRoomForMore) {
  const auto first = ClientId::random();
  const auto used = ClientId::random();
  const auto third = ClientId::random();
  find(first);
  const auto commit = find(used);
  find(third);
  EXPECT_FALSE(is_unknown(used)) << "a commit uses it";
  EXPECT_FALSE(is_unknown(third));
  EXPECT_TRUE(is_unknown(first)) << "there were two already";
}

}  // namespace
}  // namespace annals::lanes
