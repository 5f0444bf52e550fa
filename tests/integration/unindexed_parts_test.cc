// Large imports get an index of their words in the background, against a real server.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "engine/remote/engine.h"
#include "events/parts/unindexed_parts.h"
#include "events/searched_text.h"
#include "support/clickhouse_server_process.h"
#include "support/run.h"

namespace annals::events {
namespace {

using support::run;

class UnindexedPartsTest : public testing::Test {
 protected:
  static constexpr UnindexedParts::Settings kSettings{.min_rows = 1000, .min_age = {}, .max_share = 4};

  UnindexedPartsTest() {
    run(engine_->execute({.sql = "CREATE DATABASE tenant"}));
    run(engine_->execute(table_.create_statement(false)));
    // Nothing but the test merges.
    run(engine_->execute({.sql = "SYSTEM STOP MERGES " + table_.quoted()}));
  }

  /// Inserts events in one part, as a large import does.
  void import(int rows) {
    constexpr std::string_view kSql =
        "INSERT INTO {} (commit, arrival, event_time, event_id, record_id, event_data) "
        "SETTINGS {}, max_insert_block_size = 10000000, max_threads = 1 "
        "SELECT bitShiftLeft(toUInt64(toUnixTimestamp(now()) + 1000), 32), number + 1, now64(3), "
        "generateUUIDv4(number), number, format('\"word{{0}}\"', toString(number)) FROM numbers({})";
    run(engine_->execute({.sql = fmt::format(kSql, table_.quoted(), kWordsAfterInsert, rows)}));
  }

  [[nodiscard]] std::size_t found() { return run(parts_.find()).size(); }

  [[nodiscard]] std::string count(const std::string& of) {
    return run(engine_->query({.sql = "SELECT count() FROM " + of}));
  }

  void wait_until_done() {
    while (count("system.mutations WHERE NOT is_done") != "0\n") {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  support::ClickHouseServerProcess server_;
  std::unique_ptr<engine::Engine> engine_ =
      engine::make_remote_engine({.endpoint = server_.endpoint(), .connections = 2});
  EventsTable table_{.engine = *engine_,
                     .database = *DatabaseName::parse("tenant"),
                     .owner = *ClientId::parse("7c9e6679-7425-40de-944b-e07fc1f90ae7")};
  UnindexedParts parts_{*engine_, kSettings};
};

TEST_F(UnindexedPartsTest, are_indexed_once) {
  import(5000);
  const auto tables = run(parts_.find());
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(tables.at(0).quoted(), table_.quoted());

  run(parts_.index(tables.at(0)));
  EXPECT_EQ(found(), 0U) << "expected that a table on which the engine works is left alone";
  run(engine_->execute({.sql = "SYSTEM START MERGES " + table_.quoted()}));
  wait_until_done();

  EXPECT_EQ(found(), 0U) << "expected that no part is indexed twice";
  EXPECT_EQ(count(table_.quoted() + " WHERE hasAllTokens(event_data, 'word77')"), "1\n");
}

TEST_F(UnindexedPartsTest, are_left_to_merges_if_they_are_small_or_a_small_share) {
  import(500);
  EXPECT_EQ(found(), 0U) << "expected that small parts wait for a merge";

  import(9000);
  run(parts_.index(table_));
  run(engine_->execute({.sql = "SYSTEM START MERGES " + table_.quoted()}));
  wait_until_done();
  run(engine_->execute({.sql = "SYSTEM STOP MERGES " + table_.quoted()}));
  import(1500);
  EXPECT_EQ(found(), 0U)
      << "expected that the index of a large table is not made anew for a small part of it";

  import(4000);
  EXPECT_EQ(found(), 1U);
}

TEST_F(UnindexedPartsTest, are_given_time_to_be_merged) {
  import(5000);
  UnindexedParts patient(*engine_, {.min_rows = 1000, .min_age = std::chrono::hours(1)});
  EXPECT_TRUE(run(patient.find()).empty());
}

}  // namespace
}  // namespace annals::events
