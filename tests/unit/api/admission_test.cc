#include "api/admission.h"

#include "unit/api/admitting.h"

namespace annals::api {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

class AdmissionTest : public Admitting {
 protected:
  /// Returns who was admitted ("admin:demo", "tenant:demo", "admin:", "anonymous:"), or why nobody was.
  std::string admitted(Permission permission, Headers headers) {
    http::Request head;
    head.headers = std::move(headers);
    try {
      const auto caller = support::run_to_end(driver_, admission_.admit_again(permission, head));
      return fmt::format("{}:{}", access::name_of(caller.role), caller.tenant ? caller.tenant->label : "");
    } catch (const Error& error) {
      return error.detail();
    }
  }
};

TEST_F(AdmissionTest, EveryPlatformKeyOpensEverything) {
  for (const std::string& key : {old_key_, new_key_}) {
    EXPECT_EQ(admitted(Permission::manage_tenants, {{"x-api-key", key}}), "admin:");
    EXPECT_EQ(admitted(Permission::deliver_envelopes, {{"a", "b"}, {"x-api-key", key}}), "admin:");
    for (const auto permission :
         {Permission::write_events, Permission::read_history, Permission::attach_files}) {
      EXPECT_EQ(admitted(permission, {{"x-api-key", key}, {"x-client-id", id_.text()}}), "admin:demo");
    }
  }
}

TEST_F(AdmissionTest, AMissingEmptyOrOtherKeyDoesNot) {
  EXPECT_EQ(admitted(Permission::manage_tenants, {}), "Unauthorized API Key.");
  for (const std::string& key : std::vector<std::string>{"", old_key_.substr(1), old_key_ + "2",
                                                         "THE-OLD-PLATFORM-KEY", old_key_ + "," + new_key_}) {
    EXPECT_EQ(admitted(Permission::manage_tenants, {{"x-api-key", key}}), "Unauthorized API Key.") << key;
  }
  EXPECT_EQ(admitted(Permission::manage_tenants, {{"authorization", old_key_}}), "Unauthorized API Key.");
}

TEST_F(AdmissionTest, AKeySentTwiceMustBeTheSameTwice) {
  EXPECT_EQ(admitted(Permission::manage_tenants, {{"x-api-key", old_key_}, {"x-api-key", old_key_}}),
            "admin:");
  EXPECT_EQ(admitted(Permission::manage_tenants, {{"x-api-key", old_key_}, {"x-api-key", new_key_}}),
            "Unauthorized API Key.");
  EXPECT_EQ(admitted(Permission::manage_tenants, {{"x-api-key", "wrong"}, {"x-api-key", old_key_}}),
            "Unauthorized API Key.");
}

TEST_F(AdmissionTest, ABearerTokenIsAKeyToo) {
  for (const std::string& header : {"Bearer " + old_key_, "bearer  " + old_key_, "BEARER " + old_key_}) {
    EXPECT_EQ(admitted(Permission::manage_tenants, {{"authorization", header}}), "admin:") << header;
    EXPECT_EQ(admitted(Permission::read_history, {{"authorization", header}, {"x-client-id", id_.text()}}),
              "admin:demo");
    EXPECT_EQ(admitted(Permission::manage_tenants, {{"authorization", header}, {"x-api-key", old_key_}}),
              "admin:");
  }
}

TEST_F(AdmissionTest, ABearerTokenAndAKeyThatDifferAreNone) {
  const Headers two{{"authorization", "Bearer " + old_key_}, {"x-api-key", new_key_}};
  EXPECT_EQ(admitted(Permission::manage_tenants, two), "Unauthorized API Key.");
  const Headers twice{{"authorization", "Bearer " + old_key_}, {"authorization", "Bearer " + new_key_}};
  EXPECT_EQ(admitted(Permission::manage_tenants, twice), "Unauthorized API Key.");
}

TEST_F(AdmissionTest, AnEmptyBearerTokenIsAWrongKey) {
  for (const std::string header : {"Bearer", "Bearer ", "Bearer wrong"}) {
    EXPECT_EQ(admitted(Permission::manage_tenants, {{"authorization", header}}), "Unauthorized API Key.");
    EXPECT_EQ(admitted(Permission::manage_tenants, {{"authorization", header}, {"x-api-key", old_key_}}),
              "Unauthorized API Key.");
  }
}

TEST_F(AdmissionTest, OtherSchemesAreLeftToProxies) {
  for (const std::string& header :
       {std::string("Basic Zm9vOmJhcg=="), "BearerX " + old_key_, std::string()}) {
    EXPECT_EQ(admitted(Permission::manage_tenants, {{"authorization", header}}), "Unauthorized API Key.");
    EXPECT_EQ(admitted(Permission::manage_tenants, {{"authorization", header}, {"x-api-key", old_key_}}),
              "admin:");
  }
}

TEST_F(AdmissionTest, OtherHeadersAreNoCredentials) {
  EXPECT_EQ(admitted(Permission::manage_tenants,
                     {{"x-forwarded-authorization", "Bearer wrong"}, {"x-api-key", old_key_}}),
            "admin:");
}

TEST_F(AdmissionTest, TheLogSaysWhetherAuthorizationWasOfAnotherScheme) {
  const auto log_text = [this](Headers headers) {
    http::Request head;
    head.headers = std::move(headers);
    return support::log_text_of(driver_, admission_.admit_again(Permission::manage_tenants, head));
  };
  EXPECT_TRUE(log_text({{"authorization", "Basic Zm9vOmJhcg=="}}).contains("another scheme than Bearer"));
  EXPECT_FALSE(log_text({{"accept", "*/*"}}).contains("another scheme than Bearer"));
}

TEST_F(AdmissionTest, ATenantsOwnSecretOpensThatTenantOnly) {
  const Headers own{{"x-client-id", id_.text()}, {"x-client-secret", "demo-secret"}};
  EXPECT_EQ(admitted(Permission::write_events, own), "tenant:demo");
  EXPECT_EQ(admitted(Permission::read_history, own), "tenant:demo");
  EXPECT_EQ(admitted(Permission::attach_files, own), "tenant:demo");
  EXPECT_EQ(admitted(Permission::read_history,
                     {{"x-client-id", other_.text()}, {"x-client-secret", "demo-secret"}}),
            "Unauthorized Client.");
  EXPECT_EQ(admitted(Permission::manage_tenants, own), "Unauthorized API Key.");
  EXPECT_EQ(admitted(Permission::deliver_envelopes, own), "Unauthorized API Key.");
}

TEST_F(AdmissionTest, WithoutASecretNobodyLearnsWhichTenantsThereAre) {
  for (const std::string& id : {id_.text(), ClientId::random().text(), std::string("x")}) {
    EXPECT_EQ(admitted(Permission::read_history, {{"x-client-id", id}, {"x-client-secret", "guess"}}),
              "Unauthorized Client.")
        << id;
  }
}

TEST_F(AdmissionTest, ASecretSentTwiceMustBeTheSameTwice) {
  EXPECT_EQ(admitted(Permission::read_history, {{"x-client-id", id_.text()},
                                                {"x-client-secret", "demo-secret"},
                                                {"x-client-secret", "other-secret"}}),
            "Unauthorized Client.");
}

TEST_F(AdmissionTest, AWrongPlatformKeyIsNotOutweighedByARightSecret) {
  EXPECT_EQ(
      admitted(Permission::read_history,
               {{"x-api-key", "wrong"}, {"x-client-id", id_.text()}, {"x-client-secret", "demo-secret"}}),
      "Unauthorized API Key.");
}

TEST_F(AdmissionTest, TheClientMustBeNamedOnceAndExist) {
  EXPECT_EQ(admitted(Permission::read_history, {{"x-api-key", old_key_}}), "Unauthorized Client.");
  EXPECT_EQ(admitted(Permission::read_history,
                     {{"x-api-key", old_key_}, {"x-client-id", id_.text()}, {"x-client-id", other_.text()}}),
            "Unauthorized Client.");
  EXPECT_EQ(admitted(Permission::read_history,
                     {{"x-api-key", old_key_}, {"x-client-id", ClientId::random().text()}}),
            "Failed to connect to tenant db.");
}

TEST_F(AdmissionTest, AnyoneMayAskForHealth) {
  EXPECT_EQ(admitted(Permission::anyone, {}), "anonymous:");
  EXPECT_EQ(admitted(Permission::anyone, {{"x-api-key", "wrong"}}), "anonymous:");
}

TEST_F(AdmissionTest, TheHandlerReceivesTheCallerThatWasDecided) {
  access::Caller seen;
  const auto admit =
      admission_.with(Permission::read_history, [&seen](access::Caller caller, const http::Request&) {
        seen = std::move(caller);
        return [](http::Response response) -> boost::asio::awaitable<http::Response> {
          co_return response;
        }(http::Response{});
      });
  http::Request head;
  head.headers = {{"x-api-key", old_key_}, {"x-client-id", id_.text()}};
  head.request_id = "req-1";
  const auto handler = support::run_to_end(driver_, admit(head));
  table_.rows.clear();  // the decision is not made again
  support::run_to_end(driver_, handler(http::Request{}));
  ASSERT_TRUE(seen.tenant);
  EXPECT_EQ(seen.tenant->id, id_);
  EXPECT_FALSE(seen.key_id.empty());
  EXPECT_EQ(seen.table().database.text(), "demo");
  EXPECT_EQ(seen.table().request_id, "req-1");
}

TEST_F(AdmissionTest, TheNotesOfARequestSayWhoItIsFrom) {
  const auto admit = admission_.with(Permission::read_history, nullptr);
  http::Request head;
  head.headers = {{"x-api-key", old_key_}, {"x-client-id", id_.text()}};
  head.notes = std::make_shared<http::RequestNotes>();
  support::run_to_end(driver_, admit(head));
  EXPECT_EQ(head.notes->caller, "admin");
  EXPECT_EQ(head.notes->tenant, id_.text());
  EXPECT_FALSE(head.notes->key.empty());
}

TEST_F(AdmissionTest, TheTrailCanOnlyBeRead) {
  http::Request in_header;
  in_header.headers = {{"x-api-key", old_key_}, {"x-client-id", std::string(DatabaseName::kTrail)}};
  http::Request in_path;
  in_path.headers = {{"x-api-key", old_key_}};
  in_path.path_parameters = {{"client_id", std::string(DatabaseName::kTrail)}};
  http::Request another;
  another.headers = {{"x-api-key", old_key_}, {"x-client-id", id_.text()}};
  for (const auto permission :
       {Permission::manage_tenants, Permission::manage_names, Permission::rotate_secret}) {
    const auto admit = admission_.with(permission, nullptr);
    EXPECT_EQ(support::error_of(driver_, admit(in_header)), ErrorCode::not_allowed);
    EXPECT_EQ(support::error_of(driver_, admit(in_path)), ErrorCode::not_allowed);
    EXPECT_NE(support::error_of(driver_, admit(another)), ErrorCode::not_allowed);
  }
}

TEST_F(AdmissionTest, ATokenInTheQueryCountsOnlyWhereItMay) {
  http::Request head;
  head.headers = {{"x-api-key", old_key_}, {"x-client-id", id_.text()}};
  head.query = {{std::string(kTokenParameter), "no token"}};
  const auto code = [&](TokenPlace place) {
    return support::error_of(driver_, admission_.admit_again(Permission::read_history, head, place));
  };
  EXPECT_EQ(code(TokenPlace::in_header), std::nullopt);
  EXPECT_NE(code(TokenPlace::in_header_or_query), std::nullopt)
      << "it proves nothing, and is not passed over";
}

TEST_F(AdmissionTest, ACallerWithoutATenantHasNoTable) {
  http::Request head;
  head.headers = {{"x-api-key", old_key_}};
  const auto caller = support::run_to_end(driver_, admission_.admit_again(Permission::manage_tenants, head));
  EXPECT_THROW(static_cast<void>(caller.table()), std::logic_error);
  EXPECT_THROW(static_cast<void>(access::Caller{}.table()), std::logic_error);
}

TEST_F(AdmissionTest, ALinkIsCheckedBeforeItsHandlerIsGivenOut) {
  const auto refuse = [](const http::Request& /*head*/) -> ClientId {
    throw Error(ErrorCode::invalid_link, "no");
  };
  const auto admit = admission_.with_link(refuse, nullptr);
  EXPECT_THROW(static_cast<void>(admit(http::Request{})), Error);
}

}  // namespace
}  // namespace annals::api
