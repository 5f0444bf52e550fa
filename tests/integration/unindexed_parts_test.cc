// Large imports get an index of their words in the background, against a real server.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "engine/remote/engine.h"
#include "events/parts/unindexed_parts.h"
#include "events/searched_text.h"
#include "support/coroutines/run.h"
#include "support/servers/clickhouse_server_process.h"

namespace annals::events {
namespace {

using support::run;

class UnindexedPartsTest : public testing::Test {
 protected:
  static constexpr UnindexedParts::Settings kSettings{.min_rows = 1000, .min_age = {}};

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

  void index_now() {
    run(parts_.index(table_));
    run(engine_->execute({.sql = "SYSTEM START MERGES " + table_.quoted()}));
    wait_until_done();
    run(engine_->execute({.sql = "SYSTEM STOP MERGES " + table_.quoted()}));
  }

  void wait_until_done() {
    while (count("system.mutations WHERE NOT is_done") != "0\n") {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  /// Returns the number of the file with the index of the part that has as many rows.
  [[nodiscard]] ino_t index_file_of(int rows) {
    auto path = run(engine_->query(
        {.sql = fmt::format(
             "SELECT path FROM system.parts WHERE active AND database = 'tenant' AND rows = {}", rows)}));
    path.replace(path.find('\n'), std::string::npos, "skp_idx_words.idx");
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) throw std::system_error(errno, std::generic_category(), path);
    return status.st_ino;
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

TEST_F(UnindexedPartsTest, are_left_to_merges_while_they_are_few_events) {
  import(500);
  EXPECT_EQ(found(), 0U) << "expected that few events wait for a merge";

  import(600);
  EXPECT_EQ(found(), 1U) << "expected that small parts count together";
}

TEST_F(UnindexedPartsTest, are_indexed_without_those_that_have_an_index) {
  constexpr int kWide =
      250'000;  // more than 10 MB; what is smaller has one file of columns, which is rewritten
  import(kWide);
  index_now();
  const auto before = index_file_of(kWide);
  import(1500);
  index_now();
  EXPECT_EQ(index_file_of(kWide), before) << "expected that the new part has the file of the old one";
  EXPECT_NE(index_file_of(1500), 0U) << "expected that the small part was indexed";
}

TEST_F(UnindexedPartsTest, are_given_time_to_be_merged) {
  import(5000);
  UnindexedParts patient(*engine_, {.min_rows = 1000, .min_age = std::chrono::hours(1)});
  EXPECT_TRUE(run(patient.find()).empty());
}

}  // namespace
}  // namespace annals::events
