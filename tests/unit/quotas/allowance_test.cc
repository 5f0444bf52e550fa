#include "quotas/allowance.h"

#include <gtest/gtest.h>

#include <string>

#include "error.h"
#include "quotas/quotas.h"

namespace annals::quotas {
namespace {

using namespace std::chrono_literals;
using tenants::DayUsage;
using tenants::Quota;
using tenants::QuotaValues;

/// An allowance whose clocks the test moves.
class AllowanceTest : public testing::Test {
 protected:
  void limit(Quota quota, std::uint64_t value) {
    limits_[quota] = value;
    update();
  }
  void update() { allowance_.update(tenant_, limits_); }
  void pass(std::chrono::milliseconds time) {
    now_.steady += time;
    now_.wall += time;
  }
  /// Returns why a call is refused, or "" if it is not.
  template <class Call>
  std::string refusal(Call call) {
    try {
      call();
    } catch (const Error& error) {
      retry_after_ = error.retry_after().value_or(0s);
      return error.detail();
    }
    return "";
  }
  std::string request() {
    return refusal([this] { allowance_.take_request(now_); });
  }
  std::string write(Amount amount) {
    return refusal([&] {
      allowance_.check_write(now_);
      allowance_.reserve(amount, now_);
      allowance_.settle(amount, amount, now_);
    });
  }
  [[nodiscard]] std::uint64_t bytes_today() const { return allowance_.usage(now_).bytes_today; }

  Moment now_{.steady = Bucket::Clock::time_point(1000s), .wall = Timestamp(std::chrono::days(20'000)) + 12h};
  tenants::Tenant tenant_{.id = ClientId::random(),
                          .label = "a",
                          .database = *DatabaseName::parse("a"),
                          .state = tenants::TenantState::active,
                          .secret_hash = crypto::SecretHash("s"),
                          .original_secret_hash = crypto::SecretHash("s"),
                          .created_at = {}};
  QuotaValues limits_;
  Allowance allowance_;
  std::chrono::seconds retry_after_{};
};

TEST_F(AllowanceTest, TheRequestsOfASecondMayComeAtOnceAndNoMore) {
  limit(Quota::requests_per_second, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(request(), "");
  EXPECT_EQ(request(), "Quota requests_per_second of 3 is used up. Try again in 1 s.");
  pass(340ms);
  EXPECT_EQ(request(), "");
  EXPECT_NE(request(), "") << "a third of a second has one token";
  pass(10s);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(request(), "");
  EXPECT_NE(request(), "") << "a long pause saves no more than a second's";
}

TEST_F(AllowanceTest, ALargeBatchIsADebtThatIsPaidAtTheRate) {
  limit(Quota::events_per_second, 10);
  EXPECT_EQ(write({.events = 110}), "");
  EXPECT_EQ(write({.events = 1}), "Quota events_per_second of 10 is used up. Try again in 11 s.");
  EXPECT_EQ(retry_after_, 11s);
  pass(10s);
  EXPECT_NE(write({.events = 1}), "");
  pass(101ms);
  EXPECT_EQ(write({.events = 1}), "");
}

TEST_F(AllowanceTest, WhatWasNotWrittenIsGivenBack) {
  limit(Quota::events_per_second, 10);
  limit(Quota::bytes_per_day, 1000);
  allowance_.reserve({.events = 100, .bytes = 900}, now_);
  EXPECT_NE(refusal([&] { allowance_.reserve({.bytes = 200}, now_); }), "") << "what is being written counts";
  allowance_.settle({.events = 100, .bytes = 900}, {.events = 1, .bytes = 300}, now_);
  EXPECT_EQ(bytes_today(), 300U);
  EXPECT_EQ(write({.events = 1, .bytes = 700}), "");
}

TEST_F(AllowanceTest, AChargeThatIsNotSettledCostsNothing) {
  limit(Quota::bytes_per_day, 1000);
  const auto allowance = std::make_shared<Allowance>();
  allowance->update(tenant_, limits_);
  {
    Charge charge(allowance);
    charge.add({.bytes = 600});
    Charge moved = std::move(charge);
    EXPECT_EQ(allowance->usage().bytes_today, 600U);
  }
  EXPECT_EQ(allowance->usage().bytes_today, 0U);
}

TEST_F(AllowanceTest, ADayEndsAtMidnightInUtc) {
  limit(Quota::bytes_per_day, 100);
  EXPECT_EQ(write({.bytes = 100}), "");
  EXPECT_NE(write({.bytes = 1}), "");
  EXPECT_EQ(retry_after_, std::chrono::seconds(12h));
  pass(12h);
  EXPECT_EQ(bytes_today(), 0U);
  EXPECT_EQ(write({.bytes = 100}), "");
}

TEST_F(AllowanceTest, WhatOthersHaveStoredCountsOnceAndWhatIsStoredIsNotCountedTwice) {
  limit(Quota::bytes_per_day, 1000);
  EXPECT_EQ(write({.bytes = 100}), "");
  const auto usage = allowance_.begin_storing(now_);
  ASSERT_EQ(usage, (DayUsage{.day = 20'000, .bytes = 100}));
  EXPECT_EQ(write({.bytes = 7}), "") << "while it is being stored";
  tenant_.day_usage = {.day = 20'000, .bytes = 500};  // with 400 of others
  tenant_.settings_version = 2;
  allowance_.stored(*usage, tenant_);
  EXPECT_EQ(bytes_today(), 507U);
  EXPECT_EQ(allowance_.begin_storing(now_), (DayUsage{.day = 20'000, .bytes = 7}));
  tenant_.settings_version = 1;
  tenant_.day_usage.bytes = 0;
  update();
  EXPECT_EQ(bytes_today(), 507U) << "an answer of before changes nothing";
}

TEST_F(AllowanceTest, MoreThanMayBeStoredIsRefusedOnceItIsMeasured) {
  limit(Quota::stored_bytes, 100);
  EXPECT_TRUE(allowance_.is_to_be_measured(now_.steady));
  EXPECT_EQ(write({.bytes = 50}), "");
  allowance_.set_measured(60, 10s, now_);
  EXPECT_FALSE(allowance_.is_to_be_measured(now_.steady));
  EXPECT_TRUE(allowance_.is_to_be_measured(now_.steady + 10s));
  EXPECT_EQ(write({.bytes = 40}), "");
  EXPECT_NE(write({.bytes = 41}), "");
  allowance_.add_stored(40);
  EXPECT_NE(write({.bytes = 0}), "");
}

TEST_F(AllowanceTest, OneInDebtOrWithBytesToStoreIsNotIdle) {
  limit(Quota::events_per_second, 1);
  const auto later = Bucket::Clock::now() + 1h;
  now_.steady = Bucket::Clock::now();
  EXPECT_TRUE(allowance_.is_idle(later, now_));
  EXPECT_EQ(write({.events = 5}), "");
  EXPECT_FALSE(allowance_.is_idle(later, now_));
  pass(10s);
  EXPECT_TRUE(allowance_.is_idle(later, now_));
  limit(Quota::bytes_per_day, 100);
  EXPECT_EQ(write({.bytes = 5}), "");
  EXPECT_FALSE(allowance_.is_idle(later, now_));
}

TEST_F(AllowanceTest, ATenantWithoutLimitsHasNoAllowanceAndItsOwnValuesPrecedeTheDefaults) {
  QuotaValues defaults;
  Quotas unlimited(defaults);
  EXPECT_EQ(unlimited.of(tenant_), nullptr);
  defaults[Quota::events_per_second] = 5;
  Quotas quotas(defaults);
  ASSERT_NE(quotas.of(tenant_), nullptr);
  EXPECT_EQ(quotas.of(tenant_), quotas.of(tenant_));
  EXPECT_EQ(quotas.in_use().size(), 1U);
  tenant_.quotas[Quota::events_per_second] = 0;
  EXPECT_EQ(quotas.of(tenant_), nullptr);
}

}  // namespace
}  // namespace annals::quotas
