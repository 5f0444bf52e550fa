#include "tenants/settings.h"

#include <gtest/gtest.h>

namespace annals::tenants {
namespace {

using namespace std::chrono_literals;

Tenant a_tenant() {
  return {.id = ClientId::random(),
          .label = "Original",
          .database = *DatabaseName::parse("demo"),
          .state = TenantState::active,
          .secret_hash = crypto::SecretHash("first"),
          .original_secret_hash = crypto::SecretHash("first"),
          .created_at = {}};
}

TEST(TenantSettings, AnEmptyDocumentChangesNothing) {
  Tenant tenant = a_tenant();
  TenantSettings::parse("").apply_to(tenant);
  EXPECT_EQ(tenant.label, "Original");
  EXPECT_FALSE(tenant.is_suspended);
  EXPECT_TRUE(tenant.has_secret(crypto::SecretHash("first"), {}));
}

TEST(TenantSettings, EverythingSurvivesTheWayThroughADocument) {
  TenantSettings settings;
  settings.label = "Ä \"label\"";
  settings.is_suspended = true;
  settings.secret_hash = crypto::SecretHash("second");
  settings.previous_secrets = {{.hash = crypto::SecretHash("first"), .valid_until = Timestamp(1000ms)}};
  Tenant tenant = a_tenant();
  TenantSettings::parse(settings.document()).apply_to(tenant);
  EXPECT_EQ(tenant.label, "Ä \"label\"");
  EXPECT_TRUE(tenant.is_suspended);
  EXPECT_TRUE(tenant.has_secret(crypto::SecretHash("second"), Timestamp(5000ms)));
  EXPECT_TRUE(tenant.has_secret(crypto::SecretHash("first"), Timestamp(999ms)));
  EXPECT_FALSE(tenant.has_secret(crypto::SecretHash("first"), Timestamp(1000ms))) << "its time is over";
  EXPECT_FALSE(tenant.has_secret(crypto::SecretHash("third"), {}));
}

TEST(TenantSettings, QuotasUsageAndRetentionSurviveIt) {
  TenantSettings settings;
  settings.quotas[Quota::events_per_second] = 5;
  settings.quotas[Quota::stored_bytes] = kMaxQuota;
  settings.day_usage = {.day = 20'000, .bytes = 123};
  settings.usage_change = "a";
  settings.retention_days = 90;
  settings.retention = {.last_run = RetentionRun{.at = Timestamp(5ms),
                                                 .days = 30,
                                                 .rows_removed = 1,
                                                 .files_removed = 2,
                                                 .oldest_event = Timestamp(-7ms)},
                        .rows_removed = 10,
                        .files_removed = 20};
  settings.retention_change = "b";

  const auto read = TenantSettings::parse(settings.document());

  EXPECT_EQ(read.quotas, settings.quotas);
  EXPECT_EQ(read.day_usage, settings.day_usage);
  EXPECT_EQ(read.retention_days, 90U);
  ASSERT_TRUE(read.retention.last_run.has_value());
  const RetentionRun run = read.retention.last_run.value_or(RetentionRun{});
  EXPECT_EQ(run.at, Timestamp(5ms));
  EXPECT_EQ(run.oldest_event, Timestamp(-7ms));
  EXPECT_EQ(run.days, 30U);
  EXPECT_EQ(run.rows_removed + run.files_removed, 3U);
  EXPECT_EQ(read.retention.rows_removed + read.retention.files_removed, 30U);
  EXPECT_EQ(read.usage_change + read.retention_change, "ab");
}

TEST(TenantSettings, ARetentionOfNoDaysIsForEverWhateverTheDefaultIs) {
  const Timestamp now(std::chrono::days(1000) + 30s);
  Tenant tenant = a_tenant();
  TenantSettings settings;
  settings.apply_to(tenant);
  EXPECT_EQ(tenant.kept_from(now), std::nullopt);
  settings.apply_to(tenant, 30);
  EXPECT_EQ(tenant.kept_from(now), Timestamp(std::chrono::days(970))) << "to the minute";
  settings.retention_days = 90;
  settings.apply_to(tenant, 30);
  EXPECT_EQ(tenant.kept_from(now), Timestamp(std::chrono::days(910)));
  settings.retention_days = 0;
  settings.apply_to(tenant, 30);
  EXPECT_EQ(tenant.kept_from(now), std::nullopt);
}

TEST(TenantSettings, WhatALaterVersionHasWrittenStays) {
  auto settings = TenantSettings::parse(R"({"suspended":true,"quotas":{"per_hour":5},"later":[1]})");
  settings.is_suspended = false;
  settings.quotas[Quota::events_per_second] = 7;
  EXPECT_TRUE(settings.document().contains(R"("quotas":{"per_hour":5,"events_per_second":7})"))
      << settings.document();
  EXPECT_TRUE(settings.document().contains(R"("later":[1])")) << settings.document();
  EXPECT_TRUE(settings.document().contains(R"("suspended":false)"));
}

TEST(TenantSettings, AMalformedHashIsAnError) {
  EXPECT_THROW(TenantSettings::parse(R"({"secret_hash":"aa"})"), std::runtime_error);
}

}  // namespace
}  // namespace annals::tenants
