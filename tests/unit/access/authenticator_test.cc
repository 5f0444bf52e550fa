#include "access/authenticator.h"

#include <gtest/gtest.h>

#include "audit/trail_table.h"
#include "support/coroutines/driven.h"
#include "support/simulated/tenants_table.h"

namespace annals::access {
namespace {

/// Wrong keys and secrets of one address, of which two a minute are allowed.
class WrongKeysTest : public testing::Test {
 protected:
  WrongKeysTest() { table_.answer_for(engine_); }

  std::optional<ErrorCode> present(const std::string& key, const std::string& address) {
    return support::error_of(driver_, authenticator_.authenticate(Permission::manage_tenants,
                                                                  {.api_key = key, .address = address}));
  }

  std::optional<ErrorCode> present_secret(const ClientId& id, const std::string& secret,
                                          const std::string& address) {
    const Credentials credentials{.client_secret = secret, .client_id = id.text(), .address = address};
    return support::error_of(driver_, authenticator_.authenticate(Permission::read_history, credentials));
  }

  ClientId add_tenant(const std::string& name, const std::string& secret) {
    const auto id = ClientId::random();
    table_.rows.push_back({.id = id.text(),
                           .label = name,
                           .database = name,
                           .secret_hash = crypto::SecretHash(secret).hex(),
                           .state = 2});
    return id;
  }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::TenantsTable table_;
  tenants::Registry registry_{engine_};
  tenants::TenantDirectory directory_{registry_, {.max_age = {}}};  // each request asks the registry
  PlatformKeys keys_{{crypto::Secret("the-right-key")}};
  KeyTable no_table_{engine_};
  KeyRing no_ring_{no_table_, {}};
  ViewerTokens viewer_tokens_{keys_};
  Authenticator authenticator_{{.configured = keys_,
                                .made = no_ring_,
                                .directory = directory_,
                                .engine = engine_,
                                .viewer_tokens = viewer_tokens_,
                                .wrong_keys_per_minute = 2}};
};

TEST_F(WrongKeysTest, AreDampedAndARightKeyNeverIs) {
  EXPECT_EQ(present("wrong", "192.0.2.1"), ErrorCode::unauthorized_api_key);
  EXPECT_EQ(present("wrong", "192.0.2.1"), ErrorCode::unauthorized_api_key);
  EXPECT_EQ(present("wrong", "192.0.2.1"), ErrorCode::too_many_wrong_keys);
  EXPECT_EQ(present("the-right-key", "192.0.2.1"), std::nullopt);
  EXPECT_EQ(present("wrong", "192.0.2.2"), ErrorCode::unauthorized_api_key) << "another address has its own";
}

TEST_F(WrongKeysTest, OfOneIpv6NetworkAreCountedTogether) {
  EXPECT_EQ(present("wrong", "2001:db8:0:1::1"), ErrorCode::unauthorized_api_key);
  EXPECT_EQ(present("wrong", "2001:db8:0:1::2"), ErrorCode::unauthorized_api_key);
  EXPECT_EQ(present("wrong", "2001:db8:0:1:ffff::3"), ErrorCode::too_many_wrong_keys);
  EXPECT_EQ(present("wrong", "2001:db8:0:2::1"), ErrorCode::unauthorized_api_key);
}

TEST_F(WrongKeysTest, AreSecretsOfTenantsToo) {
  const auto id = add_tenant("demo", "right");
  EXPECT_EQ(present_secret(id, "guess", "192.0.2.1"), ErrorCode::unauthorized_client);
  EXPECT_EQ(present_secret(id, "guess", "192.0.2.1"), ErrorCode::unauthorized_client);
  EXPECT_EQ(present_secret(id, "guess", "192.0.2.1"), ErrorCode::too_many_wrong_keys);
  EXPECT_EQ(present_secret(id, "right", "192.0.2.1"), std::nullopt);
}

TEST_F(WrongKeysTest, OfInventedTenantsCostTheRegistrySoManyQuestionsOnly) {
  const auto demo = add_tenant("demo", "right");
  const auto late = add_tenant("late", "right");
  EXPECT_EQ(present_secret(demo, "right", "192.0.2.1"), std::nullopt);
  EXPECT_EQ(present_secret(ClientId::random(), "x", "192.0.2.1"), ErrorCode::unauthorized_client);
  EXPECT_EQ(present_secret(ClientId::random(), "x", "192.0.2.1"), ErrorCode::unauthorized_client);
  const auto demo_tenant = support::run_to_end(driver_, directory_.find(demo.text()));
  const auto asked = engine_.seen.size();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(present_secret(ClientId::random(), "x", "192.0.2.1"), ErrorCode::too_many_wrong_keys);
  }
  tenants::Tenant invented = *demo_tenant;
  invented.id = ClientId::random();
  const ViewerGrant grant{.client_id = invented.id,
                          .issued_at = text::now(),
                          .expires_at = text::now() + std::chrono::hours(1),
                          .permissions = {Permission::read_history}};
  const std::string token = viewer_tokens_.make(grant, invented, "").reveal();
  EXPECT_EQ(support::error_of(driver_,
                              authenticator_.authenticate(Permission::read_history,
                                                          {.viewer_token = token, .address = "192.0.2.1"})),
            ErrorCode::too_many_wrong_keys);
  EXPECT_EQ(engine_.seen.size(), asked) << "no further question for this address";

  EXPECT_EQ(present_secret(demo, "right", "192.0.2.1"), std::nullopt) << "it was active here before";
  EXPECT_EQ(present_secret(late, "right", "192.0.2.1"), ErrorCode::too_many_wrong_keys);
  EXPECT_EQ(present_secret(late, "right", "192.0.2.2"), std::nullopt) << "another address has its own";
  EXPECT_EQ(present_secret(late, "right", "192.0.2.1"), std::nullopt) << "it is known from now on";
}

TEST_F(WrongKeysTest, AreForgedViewerTokensTooButNotExpiredOnes) {
  const auto tenant_id = add_tenant("demo", "secret");
  const auto tenant = support::run_to_end(driver_, directory_.find(tenant_id.text()));
  const auto now = text::now();
  const ViewerGrant expired{
      .client_id = tenant_id, .issued_at = now, .expires_at = now, .permissions = {Permission::read_history}};
  const std::string token = viewer_tokens_.make(expired, *tenant, "").reveal();
  const auto outcome = [&](const std::string& text) {
    return support::error_of(driver_,
                             authenticator_.authenticate(Permission::read_history,
                                                         {.viewer_token = text, .address = "192.0.2.1"}));
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(outcome(token), ErrorCode::unauthorized_api_key);
  EXPECT_EQ(outcome(token + "AAAA"), ErrorCode::unauthorized_api_key);
  EXPECT_EQ(outcome("annals_viewer_"), ErrorCode::unauthorized_api_key);
  EXPECT_EQ(outcome(token + "AAAA"), ErrorCode::too_many_wrong_keys);
}

TEST_F(WrongKeysTest, WithoutAnAddressAreNotCounted) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(present("wrong", ""), ErrorCode::unauthorized_api_key);
}

TEST_F(WrongKeysTest, AreNotThoseThatAreMissing) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(support::error_of(
                  driver_, authenticator_.authenticate(Permission::manage_tenants, {.address = "192.0.2.1"})),
              ErrorCode::unauthorized_api_key);
  }
}

/// Who reads the audit trail, which requests name by its label.
class TrailReadersTest : public WrongKeysTest {
 protected:
  std::optional<ErrorCode> outcome(Permission permission, Credentials credentials) {
    credentials.client_id = "_annals";
    const Authenticator authenticator(parts_);
    support::Started<Caller> started(driver_, authenticator.authenticate(permission, std::move(credentials)));
    return support::error_of(started);
  }

  Authenticator::Parts parts_{.configured = keys_,
                              .made = no_ring_,
                              .directory = directory_,
                              .engine = engine_,
                              .viewer_tokens = viewer_tokens_,
                              .trail = audit::trail_tenant()};
};

TEST_F(TrailReadersTest, AreAdminsAndOnlyToRead) {
  EXPECT_EQ(outcome(Permission::read_history, {.api_key = "the-right-key"}), std::nullopt);
  for (const auto permission : {Permission::write_events, Permission::attach_files}) {
    EXPECT_EQ(outcome(permission, {.api_key = "the-right-key"}), ErrorCode::not_allowed);
  }
}

TEST_F(TrailReadersTest, AreNoTenants) {
  EXPECT_EQ(outcome(Permission::read_history, {.client_secret = "nobody's"}), ErrorCode::unauthorized_client);
  EXPECT_EQ(outcome(Permission::write_events, {.client_secret = "nobody's"}), ErrorCode::unauthorized_client);
}

}  // namespace
}  // namespace annals::access
