#include "quotas/event_usage.h"

#include <gtest/gtest.h>

#include <string>

#include <fmt/format.h>

#include "engine/rows.h"
#include "events/events_table.h"
#include "support/coroutines/driven.h"
#include "support/simulated/scripted_engine.h"

namespace annals::quotas {
namespace {

using engine::EngineError;

/// Tenants whose tables have the sizes that a test says.
class EventUsagesTest : public testing::Test {
 protected:
  EventUsagesTest() {
    engine_.on_query = [this](const engine::Statement& statement) {
      return statement.sql.contains("system.tables") ? support::answer(sizes_) : times(statement);
    };
  }

  /// Adds a tenant with so many events, of 10 bytes each.
  tenants::Tenant tenant(std::uint64_t events, bool is_awake = true) {
    tenants::Tenant made{.id = ClientId::random(),
                         .label = "label",
                         .database = *DatabaseName::parse(fmt::format("db{}", ++made_)),
                         .state = tenants::TenantState::active,
                         .secret_hash = crypto::SecretHash(""),
                         .original_secret_hash = crypto::SecretHash(""),
                         .created_at = {}};
    if (is_awake) sizes_ += fmt::format("{}\t{}\t{}\n", table_of(made), events, events * 10);
    return made;
  }

  std::string table_of(const tenants::Tenant& tenant) {
    return events::EventsTable{.engine = engine_, .database = tenant.database, .owner = tenant.id}.name();
  }

  EventUsages::ByTenant usages_of(std::vector<tenants::Tenant> tenants) {
    return support::run_to_end(driver_, usages_.of_many(std::move(tenants)));
  }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  EventUsages usages_{engine_};
  std::string times_;  // the answer

 private:
  boost::asio::awaitable<std::string> times(const engine::Statement& /*statement*/) {
    if (is_gone_) throw EngineError::of_exception(60, "UNKNOWN_TABLE");
    co_return times_;
  }

  std::string sizes_;
  int made_ = 0;

 protected:
  bool is_gone_ = false;
};

TEST_F(EventUsagesTest, TwoStatementsDoForAllTenants) {
  const auto small = tenant(2);
  const auto empty = tenant(0);
  const auto large = tenant(5);
  const auto asleep = tenant(7, false);
  times_ = "0\t1000\n1\t-1000\n";
  const auto usages = usages_of({large, empty, asleep, small});
  EXPECT_EQ(engine_.seen.size(), 2U);
  EXPECT_FALSE(engine_.seen.front().database.has_value()) << "which would wake a table";
  EXPECT_EQ(usages.size(), 3U);
  EXPECT_EQ(usages.at(small.id).events, 2U);
  EXPECT_EQ(usages.at(small.id).stored_bytes, 20U);
  EXPECT_EQ(usages.at(small.id).newest_event_time, Timestamp(std::chrono::seconds(1)));
  EXPECT_EQ(usages.at(large.id).newest_event_time, Timestamp(std::chrono::seconds(-1)));
  EXPECT_EQ(usages.at(empty.id).events, 0U);
  EXPECT_FALSE(usages.at(empty.id).newest_event_time);
}

TEST_F(EventUsagesTest, WithoutEventsNoTableIsRead) {
  usages_of({tenant(0), tenant(1, false)});
  EXPECT_EQ(engine_.count("event_time"), 0U);
  usages_of({});
  EXPECT_EQ(engine_.seen.size(), 1U);
}

TEST_F(EventUsagesTest, OfLargeTablesOnlyTheSizeIsFoundOut) {
  const auto half = tenant(EventUsages::kMostRows / 2);
  const auto more = tenant(EventUsages::kMostRows / 2 + 1);
  const auto usages = usages_of({more, half});
  const std::string& sql = engine_.seen.back().sql;
  EXPECT_TRUE(sql.contains(table_of(half)));
  EXPECT_FALSE(sql.contains(table_of(more)));
  EXPECT_EQ(usages.at(more.id).events, EventUsages::kMostRows / 2 + 1);
}

TEST_F(EventUsagesTest, OfManyTablesOnlySomeAreRead) {
  std::vector<tenants::Tenant> many;
  for (std::size_t i = 0; i < EventUsages::kMostTables + 5; ++i) many.push_back(tenant(1));
  EXPECT_EQ(usages_of(many).size(), many.size());
  const std::string& sql = engine_.seen.back().sql;
  EXPECT_TRUE(sql.contains("SELECT 199,"));
  EXPECT_FALSE(sql.contains("SELECT 200,"));
}

TEST_F(EventUsagesTest, ATableThatIsGoneMeanwhileCostsTheTimesOnly) {
  const auto there = tenant(3);
  is_gone_ = true;
  const auto usages = usages_of({there});
  EXPECT_EQ(usages.at(there.id).events, 3U);
  EXPECT_FALSE(usages.at(there.id).newest_event_time);
}

TEST_F(EventUsagesTest, TheTableOfOneTenantIsWokenAndReadWhateverItsSize) {
  const auto one = tenant(EventUsages::kMostRows * 3);
  times_ = "0\t5000\n";
  const auto usage = support::run_to_end(driver_, usages_.of_one(one));
  for (const auto& statement : engine_.seen) EXPECT_EQ(statement.database, one.database);
  EXPECT_EQ(usage.newest_event_time, Timestamp(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace annals::quotas
