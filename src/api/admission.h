#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "access/authenticator.h"
#include "api/audit/auditor.h"
#include "http/message.h"
#include "http/router.h"
#include "quotas/quotas.h"

namespace annals::api {

/// A handler with the caller that was admitted. Both parameters are owned by the coroutine.
using Handler = std::function<boost::asio::awaitable<http::Response>(access::Caller, http::Request)>;

/// Throws what a handler would throw about a request before it begins to act. It asks nobody, so that a
/// request that is wrong is told so whatever fails.
using ActCheck = std::function<void(const access::Caller& caller, const http::Request& request)>;

/// Returns the tenant of whose a link is that is the only credential of a request, or throws to refuse it.
using LinkCheck = std::function<ClientId(const http::Request& head)>;

/// Says where a route takes a viewer token from. A URL ends up in more logs than a header, so only routes
/// whose clients cannot send a header take it from there.
enum class TokenPlace : std::uint8_t {
  in_header,           // Authorization: Bearer …
  in_header_or_query,  // or ?token=…
};

/// The name of that parameter.
inline constexpr std::string_view kTokenParameter = "token";

/// Guards every route: it decides, once and before the body is read, who calls, and gives the caller to the
/// handler. Whom it refuses, and what the audit trail is to tell of the others, goes on record. Thread-safe.
class Admission {
 public:
  /// All must outlive this object, and this object must outlive the router. Without `quotas` requests are not
  /// counted.
  Admission(const access::Authenticator& authenticator, const Auditor& auditor,
            quotas::Quotas* quotas = nullptr)
      : authenticator_(authenticator), auditor_(auditor), quotas_(quotas) {}

  /// Admits whoever has the permission, and counts the request for the tenant that it is for. The refusals
  /// are those of Authenticator::authenticate(), and Error(over_quota).
  [[nodiscard]] http::Admit with(access::Permission permission, Handler handler,
                                 TokenPlace place = TokenPlace::in_header) const;
  /// Does so for a route that changes something. The check comes before the record in the audit trail.
  [[nodiscard]] http::Admit with(access::Permission permission, Handler handler, ActCheck check) const;

  /// Admits whoever presents a signed link that `check` accepts.
  [[nodiscard]] http::Admit with_link(LinkCheck check, http::Handler handler) const;

  /// Returns the caller of a request that was admitted before, or throws if it would no longer be: for
  /// answers that last so long that the caller may have lost the permission.
  [[nodiscard]] boost::asio::awaitable<access::Caller> admit_again(
      access::Permission permission, const http::Request& head,
      TokenPlace place = TokenPlace::in_header) const;

 private:
  /// Holds what is needed of a request's head after the call that showed it.
  struct Presented {
    std::string_view operation;
    access::Credentials credentials;
    bool names_trail = false;  // its path or its header does
    std::shared_ptr<http::RequestNotes> notes = {};
  };

  static Presented presented_by(const http::Request& head, TokenPlace place);
  boost::asio::awaitable<http::Handler> admit(access::Permission permission, Presented presented,
                                              Handler handler, ActCheck check) const;
  [[nodiscard]] boost::asio::awaitable<access::Caller> find_caller(access::Permission permission,
                                                                   Presented presented) const;
  void count_request(const tenants::Tenant& tenant) const;
  void note_refusal(const std::exception_ptr& error, const Presented& presented) const;
  [[nodiscard]] http::Handler about_link(ClientId tenant, http::Handler handler) const;

  const access::Authenticator& authenticator_;
  const Auditor& auditor_;
  quotas::Quotas* quotas_;
};

/// Returns the tenant that a path names as `{client_id}`. Throws Error(tenant_not_found) if it is none, or if
/// the caller may not learn that there is one.
ClientId named_tenant(const access::Caller& caller, const http::Request& request);

}  // namespace annals::api
