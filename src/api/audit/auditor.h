#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "access/authenticator.h"
#include "api/audit/audited.h"
#include "api/audit/description.h"
#include "audit/trail.h"
#include "error.h"
#include "http/message.h"

namespace annals::api {

/// Puts requests on record around their handlers, which know nothing of it: find_audited() says which ones,
/// and how. Thread-safe.
class Auditor {
 public:
  /// Both must outlive this object and every response.
  Auditor(audit::Trail& trail, const access::Authenticator& authenticator)
      : trail_(trail), authenticator_(authenticator) {}

  /// Throws what is wrong with a request.
  using Check = std::function<void(const http::Request& request)>;

  /// Returns the answer of the handler, and puts the request on record if its route says so. Throws what
  /// `check`, which may be null, throws of a request that changes something, what the handler throws, and
  /// what Trail::record_before() throws.
  [[nodiscard]] boost::asio::awaitable<http::Response> handle(const Requester& requester,
                                                              http::Request request, http::Handler handler,
                                                              const Check& check = nullptr) const;

  /// Counts a request that was refused before it had a handler, if its credentials were refused.
  void note_refusal(const Error& error, std::string_view operation,
                    const access::Credentials& credentials) const;

 private:
  using Response = boost::asio::awaitable<http::Response>;

  void check_act(audit::Record record, const http::Request& request, const Check& check) const;
  Response act(audit::Record record, boost::json::object texts, http::Request request,
               http::Handler handler) const;
  Response grant(audit::Record record, http::Request request, http::Handler handler) const;
  Response give(AuditKind kind, audit::Record record, http::Request request, http::Handler handler) const;

  audit::Trail& trail_;
  const access::Authenticator& authenticator_;
};

}  // namespace annals::api
