#include "access/authenticator.h"

#include <chrono>
#include <utility>

#include "access/errors.h"
#include "access/network.h"
#include "tenants/errors.h"
#include "text/time.h"

namespace annals::access {
namespace {

void check_permission(const Caller& caller, Permission permission) {
  if (!allows(caller.role, permission)) {
    throw not_allowed("the role of the key does not have this permission");
  }
  if (caller.bound_to && is_for_all(permission)) {
    throw not_allowed("the key is bound to tenants, and this is for keys of all tenants");
  }
}

std::unique_ptr<ops::Damper> make_damper(std::uint64_t wrong_keys_per_minute) {
  if (wrong_keys_per_minute == 0) return nullptr;
  return std::make_unique<ops::Damper>(
      ops::Damper::Limits{.lines = wrong_keys_per_minute, .per = std::chrono::seconds(60), .kinds = 4096});
}

}  // namespace

Authenticator::Authenticator(Parts parts)
    : parts_(std::move(parts)), wrong_keys_(make_damper(parts_.wrong_keys_per_minute)) {}

/// Throws the error about a wrong key or secret, or the one about too many of them. The key was compared
/// before: an honest caller behind the same address must not wait for somebody else's guesses.
void Authenticator::refuse(const Error& wrong, const std::string& address) const {
  const bool is_counted = wrong_keys_ && !address.empty();
  if (is_counted && !wrong_keys_->admit(network_of(address), ops::Damper::Clock::now())) {
    throw too_many_wrong_keys();
  }
  throw wrong;  // NOLINT(*-throw-by-value-catch-by-reference): an Error is not derived from further
}

/// Returns the tenant that somebody without a key names. An address that has presented too many wrong secrets
/// gets no further questions to the registry, except about tenants that were active here before: whoever
/// invents ids must not cost the others anything, and an honest client behind the same address goes on.
boost::asio::awaitable<std::shared_ptr<const tenants::Tenant>> Authenticator::find_unproven(
    std::string client_id, std::string address) const {
  const bool is_counted = wrong_keys_ && !address.empty();
  if (is_counted && wrong_keys_->is_used_up(network_of(address), ops::Damper::Clock::now()) &&
      !parts_.directory.has_known(client_id)) {
    throw too_many_wrong_keys();
  }
  auto tenant = co_await parts_.directory.find(std::move(client_id));
  co_return tenant;
}

/// Throws unless the tenant is the one that the caller has named and may touch.
void Authenticator::check_tenant(const Caller& caller, const Credentials& credentials) const {
  if (caller.role != Role::tenant) {
    if (!caller.tenant || !caller.may_touch(caller.tenant->id)) throw tenants::unknown_client();
    return;
  }
  const crypto::SecretHash presented(credentials.client_secret.value_or(""));
  if (!caller.tenant || !caller.tenant->has_secret(presented, text::now())) {
    refuse(unauthorized_client(), credentials.address);
  }
}

Caller Authenticator::by_key(const std::string& presented, const std::string& address) const {
  auto caller = find_holder(presented);
  if (!caller) {
    refuse(unauthorized_api_key(
               "the key in X-API-Key or Authorization is none of the platform's, or is disabled or expired"),
           address);
  }
  return *std::move(caller);
}

/// Returns whoever has that key; nullopt if nobody has.
std::optional<Caller> Authenticator::find_holder(const std::string& key) const {
  if (auto key_id = parts_.configured.find(key)) {
    return Caller{.role = Role::admin, .key_id = *std::move(key_id)};
  }
  const auto made = parts_.made.find(key);
  if (!made) return std::nullopt;
  return Caller{
      .role = made->role, .key_id = made->id.text(), .key_name = made->name, .bound_to = made->client_ids};
}

/// Throws unless a key that has the permission, or where it suffices a client's own secret, was presented.
/// Whether that secret is right is not known yet.
Caller Authenticator::by_credentials(const Credentials& credentials, Permission permission) const {
  // A wrong key stays one, whatever else is sent.
  if (credentials.api_key) {
    Caller caller = by_key(*credentials.api_key, credentials.address);
    check_permission(caller, permission);
    return caller;
  }
  if (!allows(Role::tenant, permission) || !credentials.client_secret) {
    throw unauthorized_api_key(credentials.has_authorization
                                   ? "there is no X-API-Key, and Authorization has another scheme than Bearer"
                                   : "there is no X-API-Key");
  }
  return {.role = Role::tenant};
}

/// Returns whether the key that has made a token may still read the tenant. Whether a configured key or the
/// tenant's secret is still valid shows in the signature.
bool Authenticator::has_issuer(const ViewerGrant& grant) const {
  if (!grant.key_id) return true;
  const auto key = parts_.made.find_valid(*grant.key_id);
  return key && allows(key->role, Permission::make_viewer_tokens) &&
         has_tenant(key->client_ids, grant.client_id);
}

/// Only a wrong signature counts as a guess: a page may go on asking with a token that has expired.
boost::asio::awaitable<Caller> Authenticator::by_viewer_token(Permission permission, std::string token,
                                                              Credentials credentials) const {
  if (credentials.api_key) throw unauthorized_api_key("there are two keys or tokens that differ");
  const Error wrong = unauthorized_api_key("the viewer token is forged, or its tenant or secret is gone");
  const auto client = ViewerTokens::client_in(token);
  if (!client) refuse(wrong, credentials.address);
  co_await parts_.viewer_tokens.prepare();
  auto tenant = co_await find_unproven(client->text(), credentials.address);
  const auto now = text::now();
  auto grant = tenant ? parts_.viewer_tokens.open(token, *tenant, now) : std::nullopt;
  if (!grant) refuse(wrong, credentials.address);
  if (!grant->is_valid(now)) throw unauthorized_api_key("the viewer token has expired");
  if (!has_issuer(*grant)) throw unauthorized_api_key("the key that has made the viewer token is not valid");
  if (!credentials.client_id.empty() && ClientId::parse(credentials.client_id) != client) {
    throw unauthorized_api_key("X-Client-Id names another client than the viewer token");
  }
  if (!allows(Role::viewer, permission) || !grant->permissions.contains(permission)) {
    throw not_allowed("the viewer token does not have this permission");
  }
  if (tenant->is_suspended) throw tenants::client_suspended();
  co_return Caller{.role = Role::viewer,
                   .key_id = grant->key_id ? grant->key_id->text() : std::string(),
                   .tenant = std::move(tenant),
                   .engine = &parts_.engine,
                   .request_id = std::move(credentials.request_id),
                   .viewer = std::make_shared<const ViewerGrant>(*std::move(grant))};
}

boost::asio::awaitable<Caller> Authenticator::authenticate(Permission permission,
                                                           Credentials credentials) const {
  if (permission == Permission::anyone) co_return Caller{.request_id = std::move(credentials.request_id)};
  if (credentials.viewer_token) {
    auto viewer = co_await by_viewer_token(permission, *credentials.viewer_token, credentials);
    co_return viewer;
  }
  Caller caller = by_credentials(credentials, permission);
  caller.engine = &parts_.engine;
  caller.request_id = credentials.request_id;
  if (!is_for_one_tenant(permission, caller.role)) co_return caller;

  if (credentials.client_id.empty()) throw missing_client();
  if (parts_.trail && credentials.client_id == parts_.trail->label) {
    check_trail(caller, credentials, permission);
    caller.tenant = parts_.trail;
    co_return caller;
  }
  if (caller.role == Role::tenant) {
    caller.tenant = co_await find_unproven(credentials.client_id, credentials.address);
  } else {
    caller.tenant = co_await parts_.directory.find(credentials.client_id);
  }
  check_tenant(caller, credentials);
  if (caller.tenant->is_suspended) throw tenants::client_suspended();
  co_return caller;
}

/// Throws unless the caller may use the audit trail so. To all others it does not exist.
void Authenticator::check_trail(const Caller& caller, const Credentials& credentials,
                                Permission permission) const {
  if (!may_see_trail(caller)) check_tenant(caller, credentials);
  if (permission != Permission::read_history) throw trail_is_read_only();
}

Caller Authenticator::identify(const Credentials& credentials) const {
  if (!credentials.api_key) return {};
  return find_holder(*credentials.api_key).value_or(Caller{});
}

}  // namespace annals::access
