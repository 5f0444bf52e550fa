#include "ops/latencies.h"

#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace annals::ops {
namespace {

using namespace std::chrono_literals;

std::size_t bucket_of(std::chrono::nanoseconds taken) {
  Latencies latencies;
  latencies.observe(taken);
  const auto snapshot = latencies.snapshot();
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    if (snapshot.counts.at(i) > 0) return i;
  }
  throw std::logic_error("it is in no bucket");
}

TEST(LatenciesTest, ABucketIncludesItsUpperBound) {
  EXPECT_EQ(bucket_of(0ns), 0U);
  EXPECT_EQ(bucket_of(1ms), 0U);
  EXPECT_EQ(bucket_of(1ms + 1ns), 1U);
  EXPECT_EQ(bucket_of(2500us), 1U);
  EXPECT_EQ(bucket_of(5ms), 2U);
  EXPECT_EQ(bucket_of(10s), Latencies::kBounds.size() - 1);
  EXPECT_EQ(bucket_of(10s + 1ns), Latencies::kBounds.size());
  EXPECT_EQ(bucket_of(24h), Latencies::kBounds.size());
}

TEST(LatenciesTest, AClockThatGoesBackAddsNothingToTheSum) {
  Latencies latencies;
  latencies.observe(-1s);
  EXPECT_EQ(latencies.snapshot().count(), 1U);
  EXPECT_EQ(latencies.snapshot().seconds, 0);
}

TEST(LatenciesTest, NoObservationOfSeveralThreadsIsLost) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 10'000;
  Latencies latencies;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&latencies] {
        for (int n = 0; n < kTimes; ++n) latencies.observe(2ms);
      });
    }
  }
  EXPECT_EQ(latencies.snapshot().count(), kThreads * kTimes);
  EXPECT_NEAR(latencies.snapshot().seconds, kThreads * kTimes * 0.002, 1e-6);
}

TEST(OutcomesTest, WhatDoesNotSayThatItHasSucceededHasFailed) {
  Outcomes outcomes;
  {
    Outcomes::Measurement measurement(outcomes);
    measurement.succeeded();
  }
  try {
    const Outcomes::Measurement measurement(outcomes);
    throw std::runtime_error("it breaks");
  } catch (const std::runtime_error&) {
    SUCCEED();
  }
  EXPECT_EQ(outcomes.snapshot().succeeded.count(), 1U);
  EXPECT_EQ(outcomes.snapshot().failed, 1U);
}

}  // namespace
}  // namespace annals::ops
