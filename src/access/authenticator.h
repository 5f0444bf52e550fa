#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "access/caller.h"
#include "access/permission.h"
#include "access/platform_keys.h"
#include "engine/engine.h"
#include "tenants/directory.h"

namespace annals::access {

/// The credentials that a request presents to prove who sends it. A credential that was sent twice with
/// different values is the empty text, which proves nothing: a proxy in front and this server might not mean
/// the same one.
struct Credentials {
  std::optional<std::string> api_key = {};        // nullopt if none was sent
  std::optional<std::string> client_secret = {};  // nullopt if none was sent
  std::string client_id = {};                     // empty if none was sent
  std::string request_id = {};
};

/// Decides who a request comes from and whether it may do what it asks for: the platform with one of its
/// keys, or a tenant with its own secret. Thread-safe.
class Authenticator {
 public:
  /// All of them must outlive this object.
  Authenticator(const PlatformKeys& keys, tenants::TenantDirectory& directory, engine::Engine& engine)
      : keys_(keys), directory_(directory), engine_(engine) {}

  /// Returns the caller, whose tenant is active if the permission is for one tenant. Throws Error:
  /// unauthorized_api_key, missing_client, unknown_client, or unauthorized_client if a client's own secret
  /// does not belong to that client. Throws engine::EngineError if the registry had to be asked and could not
  /// answer.
  boost::asio::awaitable<Caller> authenticate(Permission permission, Credentials credentials) const;

 private:
  [[nodiscard]] Caller by_credentials(const Credentials& credentials, bool own_secret_suffices) const;

  const PlatformKeys& keys_;
  tenants::TenantDirectory& directory_;
  engine::Engine& engine_;
};

}  // namespace annals::access
