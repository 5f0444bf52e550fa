#include "api/admission.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "access/errors.h"
#include "api/audit/audited.h"
#include "io/settled.h"
#include "tenants/errors.h"
#include "text/ascii.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Credentials;
using access::Permission;
using access::Role;
using boost::asio::awaitable;
using http::Request;

/// Returns nullopt if the header is absent, and "" if it was sent twice with different values.
std::optional<std::string> credential(const Request& head, std::string_view name) {
  if (head.header(name) == nullptr) return std::nullopt;
  return head.agreed_header(name);
}

/// Returns the token of an Authorization header of the scheme Bearer (RFC 6750, section 2.1), or nullopt if
/// it has another scheme. A proxy in front may have its own use for those.
std::optional<std::string> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  if (text::to_lower(scheme) != kScheme) return std::nullopt;
  return std::string(text::trim(authorization.substr(scheme.size())));
}

/// Takes over a credential that may have been sent before: "" if the two differ, which proves nothing.
void agree_on(std::optional<std::string>& credential, const std::string& sent) {
  credential = credential.value_or(sent) == sent ? sent : std::string();
}

/// Takes what the headers Authorization have, which is a viewer token or a key.
void take_bearer_tokens(const Request& head, Credentials& credentials) {
  for (const auto& [name, value] : head.headers) {
    if (name != "authorization") continue;
    credentials.has_authorization = true;
    const auto token = bearer_token(value);
    if (!token) continue;
    const bool is_of_viewer = token->starts_with(access::ViewerTokens::kPrefix);
    agree_on(is_of_viewer ? credentials.viewer_token : credentials.api_key, *token);
  }
}

Credentials credentials_of(const Request& head, TokenPlace place) {
  Credentials credentials{.api_key = credential(head, "x-api-key"),
                          .client_secret = credential(head, "x-client-secret"),
                          .client_id = head.agreed_header("x-client-id"),
                          .request_id = head.request_id,
                          .address = head.client_address};
  take_bearer_tokens(head, credentials);
  if (place == TokenPlace::in_header) return credentials;
  for (const auto& [name, value] : head.query) {
    if (name == kTokenParameter) agree_on(credentials.viewer_token, value);
  }
  return credentials;
}

/// Returns whether a request names the audit trail as what it is about.
bool names_trail(const Request& head) {
  const auto in_path = head.path_parameters.find("client_id");
  if (in_path != head.path_parameters.end()) return in_path->second == DatabaseName::kTrail;
  return head.agreed_header("x-client-id") == DatabaseName::kTrail;
}

/// Returns whether a request with that permission changes the tenant that it names.
bool changes_tenant(Permission permission) {
  return permission == Permission::manage_tenants || permission == Permission::manage_names ||
         permission == Permission::rotate_secret;
}

void take_notes(const Caller& caller, http::RequestNotes& notes) {
  notes.caller = access::name_of(caller.role);
  notes.key = caller.key_name.empty() ? caller.key_id : caller.key_name;
  if (caller.tenant) notes.tenant = caller.tenant->id.text();
}

awaitable<http::Handler> ready(http::Handler handler) {
  co_return handler;
}

http::Access::TenantHeader tenant_header_of(Permission permission) {
  using enum http::Access::TenantHeader;
  // A viewer token names its tenant itself.
  if (access::allows(Role::viewer, permission)) return optional;
  if (access::is_for_one_tenant(permission, Role::admin)) return required;
  return access::is_for_one_tenant(permission, Role::tenant) ? optional : unused;
}

/// Returns who has a permission, for the document.
http::Access access_of(Permission permission, TokenPlace place) {
  if (permission == Permission::anyone) return {};
  http::Access access{.is_for_all_tenants = access::is_for_all(permission),
                      .has_tenant_secret = access::allows(Role::tenant, permission),
                      .has_viewer_token = access::allows(Role::viewer, permission),
                      .takes_token_in_query = place == TokenPlace::in_header_or_query,
                      .tenant_header = tenant_header_of(permission)};
  for (const Role role : {Role::admin, Role::ingest, Role::read}) {
    if (access::allows(role, permission)) access.key_roles.push_back(access::name_of(role));
  }
  return access;
}

}  // namespace

http::Admit Admission::with(Permission permission, Handler handler, TokenPlace place) const {
  const auto decide = [this, permission, handler = std::move(handler), place](const Request& head) {
    return admit(permission, presented_by(head, place), handler, nullptr);
  };
  return {decide, access_of(permission, place)};
}

http::Admit Admission::with(Permission permission, Handler handler, ActCheck check) const {
  const auto decide = [this, permission, handler = std::move(handler),
                       check = std::move(check)](const Request& head) {
    return admit(permission, presented_by(head, TokenPlace::in_header), handler, check);
  };
  return {decide, access_of(permission, TokenPlace::in_header)};
}

Admission::Presented Admission::presented_by(const Request& head, TokenPlace place) {
  return {.operation = head.operation,
          .credentials = credentials_of(head, place),
          .names_trail = names_trail(head),
          .notes = head.notes};
}

awaitable<http::Handler> Admission::admit(Permission permission, Presented presented, Handler handler,
                                          ActCheck check) const {
  auto admitted = co_await io::settled(find_caller(permission, presented));
  if (!admitted) note_refusal(admitted.error(), presented);
  auto caller = io::result_of(std::move(admitted));
  if (presented.notes) take_notes(caller, *presented.notes);
  if (caller.tenant) count_request(*caller.tenant);
  co_return [this, caller = std::move(caller), handler = std::move(handler),
             check = std::move(check)](Request request) {
    if (find_audited(request.operation) == nullptr) return handler(caller, std::move(request));
    Requester requester{.actor = audit::actor_of(caller)};
    if (caller.tenant) requester.tenant = caller.tenant->id;
    const auto check_request = [caller, check](const Request& audited) {
      if (check) check(caller, audited);
    };
    const auto handle_request = [caller, handler](Request audited) {
      return handler(caller, std::move(audited));
    };
    return auditor_.handle(requester, std::move(request), handle_request, check_request);
  };
}

void Admission::count_request(const tenants::Tenant& tenant) const {
  // The quotas are for what the service is for, and its own trail is not a tenant.
  if (quotas_ != nullptr && tenant.id != audit::trail_id()) quotas_->take_request(tenant);
}

awaitable<Caller> Admission::find_caller(Permission permission, Presented presented) const {
  auto caller = co_await authenticator_.authenticate(permission, std::move(presented.credentials));
  if (presented.names_trail && changes_tenant(permission) && access::may_see_trail(caller)) {
    throw access::trail_is_read_only();
  }
  co_return caller;
}

void Admission::note_refusal(const std::exception_ptr& error, const Presented& presented) const {
  try {
    std::rethrow_exception(error);
  } catch (const Error& refusal) {
    auditor_.note_refusal(refusal, presented.operation, presented.credentials);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it is no refusal
  }
}

http::Admit Admission::with_link(LinkCheck check, http::Handler handler) const {
  const auto decide = [this, check = std::move(check), handler = std::move(handler)](const Request& head) {
    try {
      return ready(about_link(check(head), handler));
    } catch (const Error& refusal) {
      auditor_.note_refusal(refusal, head.operation, credentials_of(head, TokenPlace::in_header));
      throw;
    }
  };
  return {decide, http::Access{.has_signed_link = true}};
}

/// Returns the handler of a request with a link of that tenant.
http::Handler Admission::about_link(ClientId tenant, http::Handler handler) const {
  return [this, tenant, handler = std::move(handler)](Request request) {
    const Requester requester{.actor = {.kind = audit::Actor::Kind::link}, .tenant = tenant};
    return auditor_.handle(requester, std::move(request), handler);
  };
}

awaitable<Caller> Admission::admit_again(Permission permission, const Request& head, TokenPlace place) const {
  return authenticator_.authenticate(permission, credentials_of(head, place));
}

ClientId named_tenant(const access::Caller& caller, const http::Request& request) {
  const auto id = ClientId::parse(request.path_parameters.at("client_id"));
  if (!id || !caller.may_touch(*id)) throw tenants::tenant_not_found();
  return *id;
}

}  // namespace annals::api
