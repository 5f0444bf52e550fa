#include "aws/renewal.h"

#include <atomic>
#include <condition_variable>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "support/coroutines/run.h"
#include "support/machine/aws_environment.h"

namespace annals::aws {
namespace {

using namespace std::chrono_literals;
using Time = RenewalTimes::Time;

/// A source that a test drives: it gives credentials whose ids count up, may fail, and may be held.
class Driven {
 public:
  [[nodiscard]] Source source() {
    return {.name = "the test",
            .fetch = [this](io::HttpClient& /*http*/, Deadline /*deadline*/) { return next(); }};
  }

  void set_life(std::optional<Time::duration> life) { life_ = life; }
  void set_failing(bool failing) { failing_ = failing; }
  void hold() { held_ = true; }
  void release() {
    held_ = false;
    held_.notify_all();
  }
  void wait_until_asked() { asked_.wait(false); }
  [[nodiscard]] int fetches() const { return fetches_; }

 private:
  Credentials next() {
    const int number = ++fetches_;
    asked_ = true;
    asked_.notify_all();
    held_.wait(true);
    if (failing_) throw CredentialsError("the test fails");
    Credentials credentials{.access_key_id = fmt::format("id{}", number),
                            .secret_access_key = crypto::Secret("secret")};
    if (life_) credentials.expires_at = std::chrono::system_clock::now() + *life_;
    return credentials;
  }

  std::optional<Time::duration> life_ = 1h;
  std::atomic<bool> failing_ = false;
  std::atomic<bool> held_ = false;
  std::atomic<bool> asked_ = false;
  std::atomic<int> fetches_ = 0;
};

std::string id_of(const Renewal::Snapshot& credentials) {
  return credentials ? credentials->access_key_id : "none";
}

template <class Condition>
void wait_until(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 2min;
  while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
  ASSERT_TRUE(condition());
}

TEST(RenewalTimes, AreThoseOfBotocoreAndShorterForShortLives) {
  const Time now{};
  const auto of_hours = RenewalTimes::of(now + 6h, now);
  EXPECT_EQ(of_hours.begin, now + 6h - 15min);
  EXPECT_EQ(of_hours.wait, now + 6h - 10min);
  EXPECT_EQ(of_hours.end, now + 6h);
  const auto of_seconds = RenewalTimes::of(now + 12s, now);
  EXPECT_EQ(of_seconds.begin, now + 8s);
  EXPECT_EQ(of_seconds.wait, now + 9s);
  EXPECT_EQ(RenewalTimes::of(now + 24min, now).begin, now + 18min);
  EXPECT_EQ(RenewalTimes::of(now + 24min, now).wait, now + 20min);
  EXPECT_EQ(RenewalTimes::of(now + 3s, now).wait, now + 1s);
  EXPECT_EQ(RenewalTimes::of(std::nullopt, now).begin, Time::max());
  EXPECT_EQ(RenewalTimes::of(now - 1s, now).wait, now - 1s);
}

TEST(Renewal, ManyWhoAskAtOnceCauseOneFetch) {
  Driven driven;
  driven.hold();
  Renewal renewal(driven.source());
  boost::asio::io_context io(1);
  std::vector<std::future<Renewal::Snapshot>> results;
  results.reserve(50);
  for (int i = 0; i < 50; ++i) {
    results.push_back(boost::asio::co_spawn(io, renewal.get(), boost::asio::use_future));
  }
  io.poll();
  driven.wait_until_asked();
  driven.release();
  io.run();

  for (auto& result : results) EXPECT_EQ(id_of(result.get()), "id1");
  EXPECT_EQ(driven.fetches(), 1);
}

TEST(Renewal, CredentialsWithoutAnEndAreFetchedOnce) {
  Driven driven;
  driven.set_life(std::nullopt);
  Renewal renewal(driven.source());

  EXPECT_EQ(id_of(support::run(renewal.get())), "id1");
  EXPECT_EQ(id_of(support::run(renewal.get())), "id1");
  EXPECT_EQ(driven.fetches(), 1);
}

TEST(Renewal, ThoseThatTheSearchHasBroughtAreUsedWithoutAFetch) {
  Driven driven;
  Source source = driven.source();
  source.first = Credentials{.access_key_id = "first", .secret_access_key = crypto::Secret("s")};
  Renewal renewal(source);

  EXPECT_EQ(id_of(support::run(renewal.get())), "first");
  EXPECT_EQ(id_of(renewal.current(std::chrono::system_clock::now())), "first");
  EXPECT_EQ(driven.fetches(), 0);
}

/// Asks again and again until a second fetch has begun, which is held. Returns whether nobody had to
/// wait for it.
bool is_fetched_aside(Driven& driven, Renewal& renewal) {
  driven.hold();
  boost::asio::io_context io(1);
  bool waits = false;
  wait_until([&] {
    EXPECT_EQ(id_of(renewal.latest()), "id1");
    const auto asked = boost::asio::co_spawn(io, renewal.get(), boost::asio::use_future);
    io.restart();
    io.poll();
    waits = asked.wait_for(0s) != std::future_status::ready;
    return waits || driven.fetches() == 2;
  });
  if (!waits) return true;
  driven.release();
  io.run();
  return false;
}

TEST(Renewal, OldOnesStayInUseWhileTheirSuccessorsAreFetched) {
  constexpr auto kLife = 6s;  // renewed after 2 s, waited for after 3 s
  for (int tries = 0; tries < 10; ++tries) {
    Driven driven;
    driven.set_life(kLife);
    Renewal renewal(driven.source());
    const auto begin = std::chrono::system_clock::now();
    ASSERT_EQ(id_of(support::run(renewal.get())), "id1");
    const Time waited_for = RenewalTimes::of(begin + kLife, begin).wait;

    const bool aside = is_fetched_aside(driven, renewal);

    if (!aside && std::chrono::system_clock::now() >= waited_for) continue;  // nobody asked early enough
    ASSERT_TRUE(aside);
    EXPECT_EQ(id_of(renewal.current(waited_for)), "id1");
    driven.release();
    wait_until([&] { return id_of(renewal.latest()) == "id2"; });
    return;
  }
  FAIL() << "expected a machine that asks once within a second";
}

TEST(Renewal, AFailureLeavesOldOnesInUseUntilTheyExpireAndIsToldThen) {
  Driven driven;
  driven.set_life(2s);
  Renewal renewal(driven.source());
  const auto begin = std::chrono::system_clock::now();
  const Renewal::Snapshot first = support::run(renewal.get());
  driven.set_failing(true);

  std::string failure;
  wait_until([&] {
    failure = support::complaint_of([&] {
      const Renewal::Snapshot used = support::run(renewal.get());
      EXPECT_EQ(id_of(used), "id1");
      return used;
    });
    return failure.starts_with("the credentials expire at ");
  });
  const auto end = std::chrono::system_clock::now();
  EXPECT_GE(end, first->expires_at) << "they were good until then";
  EXPECT_LE(driven.fetches(), 2 + (end - begin) / 1s) << "a failure is followed by a pause";
  EXPECT_TRUE(failure.ends_with("others were not to be had: the test fails")) << failure;
  EXPECT_THROW((void)renewal.current(std::chrono::system_clock::now()), CredentialsError);

  driven.set_failing(false);
  wait_until([&] {
    return support::complaint_of([&] { return support::run(renewal.get()); }) == "no CredentialsError";
  });
}

TEST(Renewal, ThoseThatHaveExpiredAlreadyAreNoneAndTheSourceIsLeftInPeace) {
  Driven driven;
  driven.set_life(-1s);
  Renewal renewal(driven.source());
  const auto begin = std::chrono::steady_clock::now();

  for (int i = 0; i < 100; ++i) {
    const std::string failure = support::complaint_of([&] { return support::run(renewal.get()); });
    EXPECT_TRUE(failure.starts_with("the test has brought credentials that expired at ")) << failure;
  }
  EXPECT_LE(driven.fetches(), 2 + ((std::chrono::steady_clock::now() - begin) / 1s));
}

TEST(Renewal, RefusedOnesThatAreAMomentOldAreNotReplaced) {
  for (int tries = 0; tries < 10; ++tries) {
    Driven driven;
    Renewal renewal(driven.source());
    const auto begin = std::chrono::steady_clock::now();
    const Renewal::Snapshot used = support::run(renewal.get());
    const Renewal::Snapshot others = support::run(renewal.replace(used));
    if (std::chrono::steady_clock::now() - begin >= 1s) continue;  // they were older than a moment
    EXPECT_EQ(id_of(others), "none");
    return;
  }
  FAIL() << "expected a machine that asks twice within a second";
}

TEST(Renewal, RefusedOnesAreReplacedOnceForAllWhoWereRefused) {
  Driven driven;
  Renewal renewal(driven.source());
  const Renewal::Snapshot used = support::run(renewal.get());

  Renewal::Snapshot others;
  wait_until([&] {
    others = support::run(renewal.replace(used));
    return others != nullptr;
  });

  EXPECT_EQ(id_of(others), "id2");
  EXPECT_EQ(support::run(renewal.replace(used)), others) << "somebody has replaced them";
  EXPECT_EQ(driven.fetches(), 2);
}

TEST(Renewal, ASourceThatGivesTheSameAgainHasNoOthers) {
  const Credentials same{.access_key_id = "id", .secret_access_key = crypto::Secret("s")};
  Renewal renewal(fixed_source("the test", same));
  const Renewal::Snapshot used = renewal.latest();
  const auto end = std::chrono::steady_clock::now() + 1200ms;  // past the pause between two fetches
  while (std::chrono::steady_clock::now() < end) {
    ASSERT_EQ(support::run(renewal.replace(used)), nullptr);
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace
}  // namespace annals::aws
