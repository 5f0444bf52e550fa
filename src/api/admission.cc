#include "api/admission.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals::api {
namespace {

using access::Caller;
using access::Credentials;
using access::Permission;
using boost::asio::awaitable;
using http::Request;

/// Returns nullopt if the header is absent, and "" if it was sent twice with different values.
std::optional<std::string> credential(const Request& head, std::string_view name) {
  if (head.header(name) == nullptr) return std::nullopt;
  return head.agreed_header(name);
}

Credentials credentials_of(const Request& head) {
  return {.api_key = credential(head, "x-api-key"),
          .client_secret = credential(head, "x-client-secret"),
          .client_id = head.agreed_header("x-client-id"),
          .request_id = head.request_id};
}

awaitable<http::Handler> bind(awaitable<Caller> admitted, Handler handler) {
  auto caller = co_await std::move(admitted);
  co_return [caller = std::move(caller), handler = std::move(handler)](Request request) {
    return handler(caller, std::move(request));
  };
}

awaitable<http::Handler> ready(http::Handler handler) {
  co_return handler;
}

}  // namespace

http::Admit Admission::with(Permission permission, Handler handler) const {
  return [this, permission, handler = std::move(handler)](const Request& head) {
    return bind(authenticator_.authenticate(permission, credentials_of(head)), handler);
  };
}

http::Admit Admission::with_link(LinkCheck check, http::Handler handler) {
  return [check = std::move(check), handler = std::move(handler)](const Request& head) {
    check(head);
    return ready(handler);
  };
}

awaitable<Caller> Admission::admit_again(Permission permission, const Request& head) const {
  return authenticator_.authenticate(permission, credentials_of(head));
}

}  // namespace annals::api
