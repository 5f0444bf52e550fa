#include "audit/refusals.h"

#include <gtest/gtest.h>

#include <numeric>

#include <fmt/format.h>

namespace annals::audit {
namespace {

using namespace std::chrono_literals;

constexpr Refusals::Clock::time_point kStart{1h};

Refusal of(std::string address, std::string reason = "Unauthorized API Key.") {
  return {.address = std::move(address), .reason = std::move(reason)};
}

std::int64_t count_of(const Record& record) {
  return record.details.at("count").to_number<std::int64_t>();
}

std::int64_t sum_of(const std::vector<Record>& records) {
  return std::accumulate(records.begin(), records.end(), std::int64_t{0},
                         [](std::int64_t sum, const Record& record) { return sum + count_of(record); });
}

TEST(Refusals, TheFirstOfAnAddressIsARecordAtOnceAndTheOthersAreCounted) {
  Refusals refusals({});
  const auto first = refusals.add(of("192.0.2.1"), kStart);
  ASSERT_TRUE(first);
  EXPECT_EQ(count_of(*first), 1);
  EXPECT_EQ(first->address, "192.0.2.1");
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(refusals.add(of("192.0.2.1"), kStart + 1s));

  EXPECT_TRUE(refusals.take_ended(kStart + 59s).empty());
  const auto told = refusals.take_ended(kStart + 60s);

  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(count_of(told.front()), 1000);
  EXPECT_TRUE(refusals.take_ended(kStart + 120s).empty()) << "expected that nothing is told twice";
  EXPECT_TRUE(refusals.add(of("192.0.2.1"), kStart + 121s)) << "expected that a new window begins";
}

TEST(Refusals, AddressesReasonsAndCallersAreToldApart) {
  Refusals refusals({});
  Refusal of_a_key = of("192.0.2.1", "Not allowed for this key.");
  of_a_key.actor.id = "one";
  EXPECT_TRUE(refusals.add(of("192.0.2.1"), kStart));
  EXPECT_TRUE(refusals.add(of("192.0.2.2"), kStart));
  EXPECT_TRUE(refusals.add(of_a_key, kStart));
  of_a_key.actor.id = "two";
  EXPECT_TRUE(refusals.add(of_a_key, kStart));
  EXPECT_TRUE(refusals.add(of("2001:db8::1"), kStart));
  EXPECT_FALSE(refusals.add(of("2001:db8::2"), kStart)) << "expected that a network of IPv6 is one address";
}

TEST(Refusals, HoweverManyAddressesThereAreTheRecordsAreFewAndCountThemAll) {
  Refusals refusals({.window = 60s, .kinds = 32});
  std::vector<Record> told;
  for (int i = 0; i < 100'000; ++i) {
    if (auto first = refusals.add(of(fmt::format("10.{}.{}.1", i / 256, i % 256)), kStart)) {
      told.push_back(*std::move(first));
    }
    (void)refusals.add(of("10.0.0.1"), kStart);
  }
  EXPECT_EQ(told.size(), 32U);
  for (Record& record : refusals.take_all()) told.push_back(std::move(record));

  EXPECT_LE(told.size(), 65U);
  EXPECT_EQ(sum_of(told), 200'000);
}

}  // namespace
}  // namespace annals::audit
