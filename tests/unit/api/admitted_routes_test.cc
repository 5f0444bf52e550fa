// What admission puts around a handler: who may call it, the record, the check and the quota.
#include "api/admission.h"

#include "unit/api/admitting.h"

namespace annals::api {
namespace {

using RoleNames = std::vector<std::string_view>;
using TenantHeader = http::Access::TenantHeader;

class AdmittedRoutes : public Admitting {
 protected:
  [[nodiscard]] http::Access access_of(Permission permission,
                                       TokenPlace place = TokenPlace::in_header) const {
    return admission_.with(permission, nullptr, place).access();
  }

  /// Returns the head of a request of the operator. A tenant named "" is not named.
  http::Request head_of(std::string_view operation, std::string tenant = "") {
    http::Request head;
    head.operation = operation;
    head.headers = {{"x-api-key", old_key_}};
    if (!tenant.empty()) head.headers.emplace_back("x-client-id", std::move(tenant));
    return head;
  }

  /// Answers a request as the route would, or throws what it would.
  http::Response answer(const http::Admit& admit, const http::Request& head) {
    const auto handler = support::run_to_end(driver_, admit(head));
    return support::run_to_end(driver_, handler(head));
  }

  Handler handler_ = [this](const access::Caller& /*caller*/, const http::Request& /*request*/) {
    ++handled_;
    return answering({});
  };
  int handled_ = 0;
};

TEST_F(AdmittedRoutes, SayWhichKeysOpenThem) {
  EXPECT_EQ(access_of(Permission::read_history).key_roles, (RoleNames{"admin", "read"}));
  EXPECT_EQ(access_of(Permission::write_events).key_roles, (RoleNames{"admin", "ingest"}));
  EXPECT_EQ(access_of(Permission::manage_tenants).key_roles, RoleNames{"admin"});
  EXPECT_TRUE(access_of(Permission::anyone).is_open());
  EXPECT_TRUE(access_of(Permission::manage_keys).is_for_all_tenants);
  EXPECT_FALSE(access_of(Permission::manage_tenants).is_for_all_tenants);
}

TEST_F(AdmittedRoutes, SayWhatElseOpensThem) {
  const auto reading = access_of(Permission::read_history);
  EXPECT_TRUE(reading.has_tenant_secret);
  EXPECT_TRUE(reading.has_viewer_token);
  const auto writing = access_of(Permission::write_events);
  EXPECT_TRUE(writing.has_tenant_secret);
  EXPECT_FALSE(writing.has_viewer_token);
  EXPECT_FALSE(access_of(Permission::manage_tenants).has_tenant_secret);
  EXPECT_FALSE(reading.takes_token_in_query);
  EXPECT_TRUE(access_of(Permission::read_history, TokenPlace::in_header_or_query).takes_token_in_query);
  EXPECT_FALSE(reading.has_signed_link);
  EXPECT_TRUE(admission_.with_link(nullptr, nullptr).access().has_signed_link);
}

TEST_F(AdmittedRoutes, SayWhetherTheirCallersNameTheTenant) {
  EXPECT_EQ(access_of(Permission::write_events).tenant_header, TenantHeader::required);
  EXPECT_EQ(access_of(Permission::read_history).tenant_header, TenantHeader::optional)
      << "a viewer token names it";
  EXPECT_EQ(access_of(Permission::rotate_secret).tenant_header, TenantHeader::optional)
      << "a key names it in the path";
  EXPECT_EQ(access_of(Permission::manage_tenants).tenant_header, TenantHeader::unused);
}

TEST_F(AdmittedRoutes, ThatChangeSomethingAreOnRecordWithTheirTenant) {
  const auto admit = admission_.with(Permission::attach_files, handler_);
  answer(admit, head_of("create_key", id_.text()));
  EXPECT_EQ(results(), (Names{"requested", "done"}));
  EXPECT_EQ(kept_.front().at("client_id").as_string(), id_.text());
  answer(admission_.with(Permission::manage_keys, handler_), head_of("create_key"));
  EXPECT_EQ(results(), (Names{"requested", "done", "requested", "done"}));
  EXPECT_FALSE(kept_.back().contains("client_id"));
}

TEST_F(AdmittedRoutes, ThatOnlyReadAreNotOnRecord) {
  answer(admission_.with(Permission::read_history, handler_), head_of("list_events", id_.text()));
  EXPECT_EQ(handled_, 1);
  EXPECT_EQ(results(), Names{});
}

TEST_F(AdmittedRoutes, CheckARequestBeforeTheyBegin) {
  const auto refuse = [](const access::Caller& /*caller*/, const http::Request& /*request*/) {
    throw Error(ErrorCode::invalid_input, "no");
  };
  const auto accept = [](const access::Caller& /*caller*/, const http::Request& /*request*/) {};
  const auto head = head_of("create_key");
  EXPECT_THROW(answer(admission_.with(Permission::manage_keys, handler_, refuse), head), Error);
  EXPECT_EQ(handled_, 0);
  EXPECT_EQ(results(), Names{"refused"}) << "nothing was requested";
  answer(admission_.with(Permission::manage_keys, handler_, accept), head);
  EXPECT_EQ(handled_, 1);
}

TEST_F(AdmittedRoutes, CountRequestsOfTenantsButNotThoseAboutTheTrail) {
  tenants::QuotaValues values;
  values[tenants::Quota::requests_per_second] = 1;
  quotas::Quotas quotas(values);
  const Admission counting(authenticator_, auditor_, &quotas);
  const auto admit = counting.with(Permission::read_history, handler_);
  constexpr int kManyRequests = 2'000;  // within fewer seconds
  const auto is_refused = [&](const std::string& tenant) {
    for (int i = 0; i < kManyRequests; ++i) {
      const auto code = support::error_of(driver_, admit(head_of("list_events", tenant)));
      if (code) return code == ErrorCode::over_quota;
    }
    return false;
  };
  EXPECT_FALSE(is_refused(std::string(DatabaseName::kTrail)));
  EXPECT_TRUE(is_refused(id_.text()));
}

TEST_F(AdmittedRoutes, PutRefusedCredentialsOnRecord) {
  auto head = head_of("create_key");
  head.headers = {{"x-api-key", "wrong"}};
  EXPECT_EQ(support::error_of(driver_, admission_.with(Permission::manage_keys, handler_)(head)),
            ErrorCode::unauthorized_api_key);
  EXPECT_EQ(results(), Names{"refused"});
}

TEST_F(AdmittedRoutes, PutRefusedLinksOnRecord) {
  const auto refuse = [](const http::Request& /*head*/) -> ClientId {
    throw Error(ErrorCode::invalid_link, "no");
  };
  EXPECT_THROW(static_cast<void>(admission_.with_link(refuse, nullptr)(head_of("download_file"))), Error);
  EXPECT_EQ(results(), Names{"refused"});
}

TEST_F(AdmittedRoutes, FindTheTenantThatAPathNamesIfTheCallerMayTouchIt) {
  const access::Caller of_both{.role = access::Role::admin};
  const access::Caller of_one{.role = access::Role::read,
                              .bound_to = std::make_shared<const std::set<ClientId>>(std::set{id_})};
  http::Request request;
  request.path_parameters = {{"client_id", other_.text()}};
  EXPECT_EQ(named_tenant(of_both, request), other_);
  EXPECT_THROW(named_tenant(of_one, request), Error);
  request.path_parameters = {{"client_id", id_.text()}};
  EXPECT_EQ(named_tenant(of_one, request), id_);
  request.path_parameters = {{"client_id", "no id"}};
  EXPECT_THROW(named_tenant(of_both, request), Error);
}

}  // namespace
}  // namespace annals::api
