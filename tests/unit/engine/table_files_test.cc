#include "engine/embedded/table_files.h"

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "support/machine/database_files.h"

namespace annals::engine {
namespace {

namespace fs = std::filesystem;
using support::DatabaseFiles;

bool may_sleep(std::string_view definition) {
  return definition.contains(DatabaseFiles::kComment);
}

class TableFiles : public testing::Test {
 protected:
  void SetUp() override { files_.add_database("shop"); }

  [[nodiscard]] std::vector<std::string> sleeping(const std::string& database = "shop") const {
    std::vector<std::string> names;
    for (const auto& table : sleeping_tables_of(files_.directory(), *DatabaseName::parse(database))) {
      names.push_back(table.name + (table.saved.empty() ? " since it was put to sleep" : " since the start"));
    }
    return names;
  }
  using Names = std::vector<std::string>;

  DatabaseFiles files_;
};

TEST_F(TableFiles, that_may_sleep_are_put_to_sleep_and_can_all_be_woken) {
  const fs::path table = files_.add_table("shop", "events_1");
  const std::string definition = io::read_if_there(table).value();

  put_tables_to_sleep(files_.directory(), may_sleep);
  EXPECT_FALSE(fs::exists(table)) << "the engine would load it";
  EXPECT_EQ(sleeping(), Names{"events_1 since the start"});

  wake_all_tables(files_.directory());
  EXPECT_EQ(io::read_if_there(table), definition);
  EXPECT_EQ(sleeping(), Names{});
}

TEST_F(TableFiles, that_may_not_sleep_stay_awake) {
  const fs::path other = files_.add_table("shop", "other", "COMMENT 'of another form'");
  const fs::path broken = files_.add_table("shop", "broken");
  files_.add_part_set_aside("broken", "broken-on-start_all_1_1_0");

  put_tables_to_sleep(files_.directory(), may_sleep);

  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(fs::exists(broken)) << "the engine reports broken parts of loaded tables only";
  EXPECT_EQ(tables_that_may_sleep(files_.directory(), *DatabaseName::parse("shop"), may_sleep), Names{});
}

TEST_F(TableFiles, with_parts_that_were_set_aside_for_another_reason_may_sleep) {
  files_.add_table("shop", "events_1");
  files_.add_part_set_aside("events_1", "ignored_all_1_1_0");

  EXPECT_EQ(tables_that_may_sleep(files_.directory(), *DatabaseName::parse("shop"), may_sleep),
            Names{"events_1"});
}

TEST_F(TableFiles, that_the_engine_has_put_to_sleep_are_known) {
  const fs::path table = files_.add_table("shop", "events_1");
  fs::path mark = table;
  mark += ".detached";
  std::ofstream(mark).close();
  EXPECT_EQ(sleeping(), Names{"events_1 since it was put to sleep"});

  put_tables_to_sleep(files_.directory(), may_sleep);
  EXPECT_EQ(sleeping(), Names{"events_1 since the start"}) << "once, whichever way it fell asleep";

  std::ofstream(mark).close();
  wake_all_tables(files_.directory());
  EXPECT_EQ(sleeping(), Names{});
  EXPECT_TRUE(fs::exists(table));
}

TEST_F(TableFiles, that_a_crash_left_with_two_definitions_sleep_again) {
  fs::path saved = files_.add_table("shop", "events_1");
  put_tables_to_sleep(files_.directory(), may_sleep);
  files_.add_table("shop", "events_1");  // as the engine does when it attaches the table

  put_tables_to_sleep(files_.directory(), may_sleep);

  EXPECT_FALSE(fs::exists(saved));
  EXPECT_EQ(sleeping(), Names{"events_1 since the start"});
}

TEST_F(TableFiles, that_a_crash_left_with_an_empty_definition_keep_the_saved_one) {
  const fs::path table = files_.add_table("shop", "events_1");
  const std::string definition = io::read_if_there(table).value();
  put_tables_to_sleep(files_.directory(), may_sleep);
  std::ofstream(table).close();  // as the engine does when it attaches the table on a full disk

  put_tables_to_sleep(files_.directory(), may_sleep);
  EXPECT_FALSE(fs::exists(table)) << "the engine would refuse to start";
  EXPECT_EQ(sleeping(), Names{"events_1 since the start"});

  std::ofstream(table).close();
  wake_all_tables(files_.directory());
  EXPECT_EQ(io::read_if_there(table), definition);
}

TEST_F(TableFiles, that_are_empty_are_removed) {
  const fs::path whole = files_.add_table("shop", "events_1", "COMMENT 'of another form'");
  const std::function<void(const fs::path&)> prepare_start[] = {
      [](const fs::path& one) { put_tables_to_sleep(one, may_sleep); }, wake_all_tables};
  for (const auto& prepare : prepare_start) {
    const fs::path table = files_.tables_of("shop") / "events_2.sql";
    const fs::path database = files_.directory() / "metadata" / "other.sql";
    const fs::path mutation = files_.directory_of("events_1") / "mutation_3.txt";
    fs::create_directories(mutation.parent_path());
    for (const auto& empty : {table, database, mutation}) std::ofstream(empty).close();

    prepare(files_.directory());

    EXPECT_FALSE(fs::exists(table) || fs::exists(database) || fs::exists(mutation))
        << "the engine would refuse to start";
    EXPECT_TRUE(fs::exists(whole));
  }
}

TEST_F(TableFiles, of_the_database_without_a_definition_are_removed_if_they_are_empty) {
  files_.add_default_database();
  const fs::path definition = files_.add_table("default", "annals_tenants", "COMMENT 'of another form'");
  const fs::path mutation = files_.directory_of("annals_tenants") / "mutation_3.txt";
  fs::create_directories(mutation.parent_path());
  std::ofstream(mutation).close();

  put_tables_to_sleep(files_.directory(), may_sleep);

  EXPECT_FALSE(fs::exists(mutation)) << "the engine would refuse to start";
  EXPECT_TRUE(fs::exists(definition));
}

TEST_F(TableFiles, that_may_be_what_is_left_of_a_table_with_data_are_kept) {
  const fs::path table = files_.add_table("shop", "events_1", "COMMENT 'of another form'");
  fs::create_directories(files_.directory_of("events_1") / "all_1_1_0");
  const fs::path other = files_.tables_of("shop") / "other.sql";
  std::ofstream(other).close();
  files_.add_default_database();
  files_.add_table("default", "registry", "COMMENT 'of another form'");
  fs::create_directories(files_.directory_of("registry") / "all_1_1_0");

  put_tables_to_sleep(files_.directory(), may_sleep);
  EXPECT_FALSE(fs::exists(other)) << "all data has its definition";

  std::ofstream(table, std::ios::trunc).close();  // as an ALTER on a full disk does
  put_tables_to_sleep(files_.directory(), may_sleep);
  wake_all_tables(files_.directory());
  EXPECT_TRUE(fs::exists(table)) << "without it, the table would be gone and the service would start";
}

TEST_F(TableFiles, of_a_database_with_a_dash_are_found) {
  files_.add_database("a%2Db");
  files_.add_table("a%2Db", "events_1");

  put_tables_to_sleep(files_.directory(), may_sleep);

  EXPECT_EQ(sleeping("a-b"), Names{"events_1 since the start"});
}

TEST_F(TableFiles, are_none_if_there_is_no_such_database) {
  EXPECT_EQ(sleeping("gone"), Names{});
}

TEST_F(TableFiles, give_the_statement_that_loads_the_table) {
  fs::path saved = files_.add_table("shop", "events_1");
  put_tables_to_sleep(files_.directory(), may_sleep);
  saved += ".bak";

  EXPECT_TRUE(attach_statement("`shop`.`events_1`", saved)
                  .starts_with("ATTACH TABLE IF NOT EXISTS `shop`.`events_1` UUID 'events_1"));
  EXPECT_THROW(attach_statement("`shop`.`gone`", files_.directory() / "gone"), std::runtime_error);
}

TEST(TableFilesOfANewDirectory, are_none) {
  const support::TemporaryDirectory directory;
  EXPECT_NO_THROW(put_tables_to_sleep(directory.path(), may_sleep));
  EXPECT_NO_THROW(wake_all_tables(directory.path()));
}

}  // namespace
}  // namespace annals::engine
