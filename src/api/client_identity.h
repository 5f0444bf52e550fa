#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/authentication.h"
#include "http/message.h"
#include "http/router.h"
#include "tenants/directory.h"

namespace annals::api {

/// Which tenant a request speaks for, and whether it may: the platform by X-API-Key, or the tenant itself by
/// its own X-Client-Secret, each with X-Client-Id. Safe for concurrent use.
class ClientIdentity {
 public:
  /// Both must outlive this.
  ClientIdentity(const http::Authentication& authentication, tenants::TenantDirectory& directory)
      : authentication_(authentication), directory_(directory) {}

  /// The tenant, which is active. Throws Error: unauthorized_api_key, missing_client (no X-Client-Id),
  /// unknown_client, or unauthorized_client when a client's own secret is not that client's. Throws
  /// engine::EngineError when the registry had to be asked and could not. Nothing of `request` is needed once
  /// this has returned.
  boost::asio::awaitable<std::shared_ptr<const tenants::Tenant>> tenant_of(
      const http::Request& request) const;

  /// For routes of Access::guarded: refuses, before the body is read, whomever tenant_of() refuses. This must
  /// outlive the router.
  [[nodiscard]] http::Guard guard() const;

 private:
  boost::asio::awaitable<std::shared_ptr<const tenants::Tenant>> by_platform_key(std::string client_id) const;
  boost::asio::awaitable<std::shared_ptr<const tenants::Tenant>> by_own_secret(
      std::string client_id, crypto::SecretHash presented) const;

  const http::Authentication& authentication_;
  tenants::TenantDirectory& directory_;
};

}  // namespace annals::api
