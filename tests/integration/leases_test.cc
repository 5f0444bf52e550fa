// Leases are what makes "one winner" true; run against both kinds.

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "engine/remote/engine.h"
#include "leases/engine_leases.h"
#include "leases/in_process_leases.h"
#include "support/coroutines/run.h"
#include "support/servers/clickhouse_server_process.h"
#include "support/simulated/scripted_engine.h"

namespace annals::leases {
namespace {

using leases::EngineLeases;
using leases::InProcessLeases;
using namespace std::chrono_literals;
using support::run;

constexpr int kRivals = 30;
constexpr auto kStepBackTime = 2s;  // for which those who ask at once wait for each other

/// Asks for a lease until there is one. None is a failure, unless asking took so long on a busy machine that
/// one may have stopped waiting for another.
template <class Ask>
auto ask_in_time(const Ask& ask) {
  constexpr int kTries = 10;
  for (int tries = 1;; ++tries) {
    const auto began = std::chrono::steady_clock::now();
    auto got = ask();
    const bool was_slow = std::chrono::steady_clock::now() - began >= kStepBackTime;
    if (static_cast<bool>(got) || !was_slow || tries == kTries) return got;
  }
}

/// How many of `kRivals` that ask at once get the lease. The leases are kept until the count is done.
int winners(std::vector<Leases*> instances, const std::string& key) {
  boost::asio::io_context io(1);
  std::vector<std::future<std::unique_ptr<Lease>>> asked;
  for (int i = 0; i < kRivals; ++i) {
    auto& instance = *instances[static_cast<std::size_t>(i) % instances.size()];
    asked.push_back(boost::asio::co_spawn(io, instance.acquire(key), boost::asio::use_future));
  }
  io.run();
  std::vector<std::unique_ptr<Lease>> got;
  for (auto& one : asked) {
    if (auto lease = one.get()) got.push_back(std::move(lease));
  }
  for (auto& lease : got) run(lease->release());
  return static_cast<int>(got.size());
}

class EngineLeasesTest : public testing::Test {
 protected:
  support::ClickHouseServerProcess server_;
  std::unique_ptr<engine::Engine> one_ = engine::make_remote_engine({.endpoint = server_.endpoint()});
  std::unique_ptr<engine::Engine> other_ = engine::make_remote_engine({.endpoint = server_.endpoint()});

  [[nodiscard]] std::string lease_names() const {
    return server_.query(
        "SELECT name FROM system.tables WHERE database = 'default' AND name LIKE 'annals_lease%'");
  }
  [[nodiscard]] bool is_expired(const std::string& table) const {
    return server_.query(
               "SELECT toInt64(splitByChar(' ', comment)[1]) < toUnixTimestamp64Milli(now64(3)) "
               "FROM system.tables WHERE name = '" +
               table.substr(0, table.find('\n')) + "'") == "1\n";
  }
  void make_null_table(const std::string& name, const std::string& comment) const {
    (void)server_.query("CREATE TABLE default.`" + name + "` (x UInt8) ENGINE = Null COMMENT '" + comment +
                        "'");
  }
  [[nodiscard]] std::string lease_tables() const {
    return server_.query(
        "SELECT count() FROM system.tables WHERE database = 'default' AND name LIKE 'annals_lease%'");
  }
};

TEST(InProcessLeasesTest, have_one_holder_at_a_time) {
  InProcessLeases leases;
  EXPECT_EQ(winners({&leases}, "a"), 1);
  EXPECT_EQ(winners({&leases}, "a"), 1) << "a released lease can be had again";
}

TEST(InProcessLeasesTest, end_with_the_object_that_holds_them) {
  InProcessLeases leases;
  {
    const auto lease = run(leases.acquire("a"));
  }
  EXPECT_NE(run(leases.acquire("a")), nullptr);
}

TEST_F(EngineLeasesTest, have_one_holder_at_a_time_over_two_instances) {
  EngineLeases here(*one_, 60s);
  EngineLeases there(*other_, 60s);
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(ask_in_time([&] { return winners({&here, &there}, "label:' OR `1"); }), 1) << "round " << round;
  }
  EXPECT_EQ(lease_tables(), "0\n") << "released leases leave no table";
}

TEST_F(EngineLeasesTest, never_have_the_name_of_an_earlier_one) {
  EngineLeases leases(*one_, 60s);
  std::set<std::string> names;
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) {
    const auto lease = run(leases.acquire("a"));
    ASSERT_NE(lease, nullptr);
    names.insert(lease_names());
    run(lease->release());
  }
  EXPECT_EQ(names.size(), kRounds) << "a late DROP of one must not meet another";
}

TEST_F(EngineLeasesTest, wait_for_a_younger_rival_to_step_back) {
  EngineLeases leases(*one_, 60s);
  const auto lease = run(leases.acquire("a"));
  std::string name = lease_names();
  name.pop_back();
  run(lease->release());
  const std::string younger = name.substr(0, name.rfind('_')) + "_999999999999999999";
  // The rival appears between the first look and the second, and steps back a moment later.
  support::ScriptedEngine meddled(one_.get());
  int creates = 0;
  meddled.on_execute = [&](const engine::Statement& statement) {
    if (statement.sql.starts_with("CREATE TABLE") && ++creates == 1) {
      make_null_table(younger, "99999999999999 x");
    }
    return one_->execute(statement);
  };
  int looks = 0;
  meddled.on_query = [&](const engine::Statement& statement) {
    constexpr int kFirstLooks = 3;
    if (++looks == kFirstLooks) (void)server_.query("DROP TABLE default." + younger + " SYNC");
    return one_->query(statement);
  };
  EngineLeases meddled_leases(meddled, 60s);
  const auto ask = [&] {
    creates = looks = 0;
    (void)server_.query("DROP TABLE IF EXISTS default." + younger + " SYNC");
    return run(meddled_leases.acquire("a"));
  };
  EXPECT_NE(ask_in_time(ask), nullptr) << "one of two that ask at once must get it";
}

TEST_F(EngineLeasesTest, leave_tables_of_others_alone_whatever_they_are_called) {
  const std::vector<std::string> foreign = {"annals_lease_x, default.annals_tenants", "annals_lease_1",
                                            "annals_lease_" + std::string(32, 'A') + "_1"};
  for (const auto& name : foreign) {
    make_null_table(name, "1 x");
  }
  EngineLeases leases(*one_, 1ms);
  run(leases.clean_up());
  EXPECT_EQ(lease_tables(), "3\n");
}

TEST_F(EngineLeasesTest, are_lost_when_their_renewal_arrives_too_late) {
  support::ScriptedEngine slow(one_.get());
  EngineLeases leases(slow, 300ms);
  const auto lease = run(leases.acquire("a"));
  ASSERT_NE(lease, nullptr);
  slow.on_execute = [&](const engine::Statement& statement) {
    while (!is_expired(lease_names()))
      continue;  // the statement is on its way for as long as the lease lasts
    return one_->execute(statement);
  };
  const auto keep_on = [&] {
    while (true) run(lease->keep());
  };
  EXPECT_THROW(keep_on(), Error) << "somebody else may have taken it meanwhile";
}

TEST_F(EngineLeasesTest, of_different_keys_do_not_meet) {
  EngineLeases leases(*one_, 60s);
  const auto first = run(leases.acquire("a"));
  const auto second = run(leases.acquire("b"));
  EXPECT_NE(first, nullptr);
  EXPECT_NE(second, nullptr);
}

TEST_F(EngineLeasesTest, of_a_holder_that_died_pass_to_exactly_one_other) {
  EngineLeases died(*one_, 1ms);
  ASSERT_NE(run(died.acquire("a")), nullptr);  // never released
  EngineLeases here(*one_, 60s);
  EngineLeases there(*other_, 60s);
  EXPECT_EQ(ask_in_time([&] { return winners({&here, &there}, "a"); }), 1);
  EXPECT_EQ(lease_tables(), "0\n") << "the new holder drops what the dead one left";
}

TEST_F(EngineLeasesTest, that_may_have_run_out_are_not_kept) {
  EngineLeases leases(*one_, 1ms);
  const auto lease = run(leases.acquire("a"));
  ASSERT_NE(lease, nullptr);
  EXPECT_THROW(run(lease->keep()), Error) << "its time is over: somebody else may hold it by now";
}

/// Keeps a lease of that key for twice its time to live, while `rival` tries to get it. Returns false if the
/// machine was too busy to keep it in time.
bool is_kept(EngineLeases& leases, EngineLeases& rival, const std::string& key,
             std::chrono::milliseconds ttl) {
  auto kept = std::chrono::steady_clock::now();  // a lease counts from the moment at which it is asked for
  const auto lease = run(leases.acquire(key));
  EXPECT_NE(lease, nullptr);
  const auto end = std::chrono::steady_clock::now() + 2 * ttl;
  while (lease && std::chrono::steady_clock::now() < end) {
    const auto now = std::chrono::steady_clock::now();
    try {
      run(lease->keep());
    } catch (const Error&) {
      if (std::chrono::steady_clock::now() - kept < ttl / 4) throw;
      return false;
    }
    kept = now;
    const auto passed_on = run(rival.acquire(key));
    if (passed_on && std::chrono::steady_clock::now() - kept > ttl / 4) return false;
    EXPECT_EQ(passed_on, nullptr) << "a lease that is kept must not pass to another";
  }
  return true;
}

TEST_F(EngineLeasesTest, are_renewed_while_they_are_kept) {
  constexpr int kTries = 6;
  auto ttl = std::chrono::milliseconds(1s);
  for (int i = 0; i < kTries; ++i, ttl *= 2) {
    EngineLeases leases(*one_, ttl);
    EngineLeases rival(*other_, ttl);
    if (is_kept(leases, rival, fmt::format("key {}", i), ttl)) return;
  }
  FAIL() << "not even a lease of half a minute could be kept in time";
}

TEST_F(EngineLeasesTest, that_nobody_wants_any_more_are_cleaned_up) {
  EngineLeases died(*one_, 1ms);
  ASSERT_NE(run(died.acquire("a")), nullptr);
  const auto deadline = std::chrono::steady_clock::now() + 2min;
  while (lease_tables() != "0\n" && std::chrono::steady_clock::now() < deadline) run(died.clean_up());
  EXPECT_EQ(lease_tables(), "0\n");
}

}  // namespace
}  // namespace annals::leases
