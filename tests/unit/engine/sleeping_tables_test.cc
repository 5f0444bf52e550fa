#include "engine/embedded/sleeping_tables.h"

#include <algorithm>
#include <future>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "support/machine/database_files.h"

namespace annals::engine {
namespace {

namespace fs = std::filesystem;
using support::DatabaseFiles;

/// Does with the files what the engine would do, and remembers which tables are loaded.
class ScriptedTables {
 public:
  explicit ScriptedTables(DatabaseFiles& files) : files_(files) {}

  void run(const std::string& sql) {
    const std::scoped_lock lock(mutex_);
    const std::string database = sql.substr(sql.find('`') + 1, 1);
    const fs::path mark = files_.tables_of(database) / "t.sql.detached";
    if (sql.starts_with("ATTACH")) {
      if (refuses_) throw EngineError(EngineError::Kind::refused, 0, "no");
      EXPECT_TRUE(loaded_.insert(database).second) << "loaded twice: " << sql;
      files_.add_table(database, "t");
      fs::remove(mark);
    } else {
      if (refuses_to_detach_) throw EngineError(EngineError::Kind::refused, 0, "no");
      EXPECT_EQ(loaded_.erase(database), 1U) << "was not loaded: " << sql;
      std::ofstream(mark).close();
    }
  }
  void refuse(bool refuses) {
    const std::scoped_lock lock(mutex_);
    refuses_ = refuses;
  }
  void refuse_to_detach(bool refuses) {
    const std::scoped_lock lock(mutex_);
    refuses_to_detach_ = refuses;
  }
  std::set<std::string> loaded() {
    const std::scoped_lock lock(mutex_);
    return loaded_;
  }

 private:
  DatabaseFiles& files_;
  std::mutex mutex_;
  std::set<std::string> loaded_;
  bool refuses_ = false;
  bool refuses_to_detach_ = false;
};

class SleepingTablesTest : public testing::Test {
 protected:
  static constexpr std::size_t kMaxAwake = 2;
  using Loaded = std::set<std::string>;

  void SetUp() override {
    for (const char* name : {"a", "b", "c", "d"}) {
      files_.add_database(name);
      files_.add_table(name, "t");
    }
    put_tables_to_sleep(files_.directory(), may_sleep_);
  }
  auto use(const std::string& database) {
    return tables_.use(*DatabaseName::parse(database), [this](const std::string& sql) { engine_.run(sql); });
  }

  DatabaseFiles files_;
  ScriptedTables engine_{files_};
  const MaySleep may_sleep_ = [](std::string_view definition) {
    return definition.contains(DatabaseFiles::kComment);
  };
  SleepingTables tables_{files_.directory(), kMaxAwake, may_sleep_};
};

TEST_F(SleepingTablesTest, wakes_what_is_used_and_lets_the_one_sleep_that_was_used_longest_ago) {
  use("a");
  use("b");
  use("a");
  EXPECT_EQ(engine_.loaded(), (Loaded{"a", "b"}));

  use("c");
  EXPECT_EQ(engine_.loaded(), (Loaded{"a", "c"}));
  use("b");
  EXPECT_EQ(engine_.loaded(), (Loaded{"b", "c"}));
}

TEST_F(SleepingTablesTest, keeps_awake_what_is_in_use) {
  const auto first = use("a");
  const auto second = use("b");
  const auto third = use("c");
  EXPECT_EQ(engine_.loaded(), (Loaded{"a", "b", "c"})) << "more than the limit, because all are in use";
}

TEST_F(SleepingTablesTest, comes_down_to_the_limit_again) {
  {
    const auto first = use("a");
    const auto second = use("b");
    const auto third = use("c");
  }
  use("d");
  EXPECT_EQ(engine_.loaded(), (Loaded{"c", "d"}));
}

TEST_F(SleepingTablesTest, puts_to_sleep_what_was_not_used_for_a_time) {
  const auto run = [this](const std::string& sql) { engine_.run(sql); };
  use("a");
  const auto in_use = use("b");
  tables_.put_idle_to_sleep(std::chrono::hours(1), run);
  EXPECT_EQ(engine_.loaded(), (Loaded{"a", "b"}));

  tables_.put_idle_to_sleep(std::chrono::milliseconds(0), run);
  EXPECT_EQ(engine_.loaded(), Loaded{"b"}) << "it is in use";

  engine_.refuse_to_detach(true);
  use("a");
  EXPECT_NO_THROW(tables_.put_idle_to_sleep(std::chrono::milliseconds(0), run));
}

TEST_F(SleepingTablesTest, tries_again_what_could_not_be_loaded) {
  engine_.refuse(true);
  EXPECT_THROW(use("a"), EngineError);

  engine_.refuse(false);
  use("a");
  EXPECT_EQ(engine_.loaded(), Loaded{"a"});
}

TEST_F(SleepingTablesTest, keeps_a_table_awake_that_cannot_be_put_to_sleep) {
  use("a");
  use("b");
  engine_.refuse_to_detach(true);
  EXPECT_NO_THROW(use("c")) << "that is not the matter of whoever needs c";
  EXPECT_EQ(engine_.loaded(), (Loaded{"a", "b", "c"}));

  engine_.refuse_to_detach(false);
  use("d");
  EXPECT_EQ(engine_.loaded().size(), kMaxAwake);
}

TEST_F(SleepingTablesTest, takes_a_database_that_is_not_there_for_one_without_tables) {
  EXPECT_NO_THROW(use("x"));
  EXPECT_EQ(engine_.loaded(), Loaded{});
}

TEST_F(SleepingTablesTest, is_right_about_every_table_while_many_threads_use_them) {
  constexpr int kThreads = 8;
  constexpr int kUses = 300;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < kUses; ++i) {
        const std::string database(1, static_cast<char>('a' + (i * (thread + 1) + i / 7) % 4));
        const auto in_use = use(database);
        EXPECT_TRUE(engine_.loaded().contains(database)) << database << " must be loaded while it is in use";
      }
    });
  }
  threads.clear();
  for (const char* other : {"x", "y"}) use(other);  // for each that wakes, two may fall asleep
  EXPECT_LE(engine_.loaded().size(), kMaxAwake);
}

}  // namespace
}  // namespace annals::engine
