#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "access/caller.h"
#include "access/key_ring.h"
#include "access/permission.h"
#include "access/platform_keys.h"
#include "access/viewer_token.h"
#include "engine/engine.h"
#include "error.h"
#include "ops/damper.h"
#include "tenants/directory.h"

namespace annals::access {

/// The credentials that a request presents to prove who sends it. A credential that was sent twice with
/// different values is the empty text, which proves nothing: a proxy in front and this server might not mean
/// the same one.
struct Credentials {
  std::optional<std::string> api_key = {};  // from X-API-Key or as a bearer token; nullopt if none was sent
  std::optional<std::string> client_secret = {};  // nullopt if none was sent
  std::optional<std::string> viewer_token = {};   // a bearer token of that form, or from the query
  std::string client_id = {};                     // empty if none was sent
  bool has_authorization = false;                 // the header Authorization was sent, whatever its scheme
  std::string request_id = {};
  std::string address = {};  // where the request comes from; empty if that is not known
};

/// Decides who a request comes from and whether it may do what it asks for: a configured key, a key that was
/// made over the API, a tenant with its own secret, or a viewer token. Thread-safe.
class Authenticator {
 public:
  struct Parts {
    const PlatformKeys& configured;  // all of them must outlive this object
    KeyRing& made;
    tenants::TenantDirectory& directory;
    engine::Engine& engine;
    const ViewerTokens& viewer_tokens;
    /// How many wrong keys and secrets an address may present in a minute before it is told so instead.
    /// A right one is admitted all the same. 0: any number.
    std::uint64_t wrong_keys_per_minute = 0;
    /// The audit trail, whose label stands in X-Client-Id for it. Only an admin key for all tenants may read
    /// it. Null: there is none.
    std::shared_ptr<const tenants::Tenant> trail = nullptr;
  };

  explicit Authenticator(Parts parts);

  /// Returns the caller, whose tenant is active if the permission is for one tenant. Throws Error:
  /// unauthorized_api_key, also for a viewer token that is forged, expired or revoked, or of another client
  /// than the one that is named; not_allowed if the key's role or the token does not have the permission;
  /// missing_client; unknown_client, also if the key is bound to other tenants; unauthorized_client if a
  /// client's own secret does not belong to that client; too_many_wrong_keys in place of the errors about a
  /// wrong key or secret; client_suspended. Throws engine::EngineError if the registry had to be asked and
  /// could not answer, and Error(engine_unavailable) if the keys are not known.
  boost::asio::awaitable<Caller> authenticate(Permission permission, Credentials credentials) const;

  /// Returns whose key was presented, for the record of a refusal that was not about the key itself. An
  /// anonymous caller if there is no valid key.
  [[nodiscard]] Caller identify(const Credentials& credentials) const;

 private:
  [[nodiscard]] Caller by_credentials(const Credentials& credentials, Permission permission) const;
  boost::asio::awaitable<Caller> by_viewer_token(Permission permission, std::string token,
                                                 Credentials credentials) const;
  boost::asio::awaitable<std::shared_ptr<const tenants::Tenant>> find_unproven(std::string client_id,
                                                                               std::string address) const;
  [[nodiscard]] bool has_issuer(const ViewerGrant& grant) const;
  [[nodiscard]] std::optional<Caller> find_holder(const std::string& key) const;
  [[nodiscard]] Caller by_key(const std::string& presented, const std::string& address) const;
  void check_tenant(const Caller& caller, const Credentials& credentials) const;
  void check_trail(const Caller& caller, const Credentials& credentials, Permission permission) const;
  [[noreturn]] void refuse(const Error& wrong, const std::string& address) const;

  Parts parts_;
  std::unique_ptr<ops::Damper> wrong_keys_;  // null if any number is allowed
};

}  // namespace annals::access
