#pragma once

#include <functional>

#include <boost/asio/awaitable.hpp>

#include "access/authenticator.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// A handler with the caller that was admitted. Both parameters are owned by the coroutine.
using Handler = std::function<boost::asio::awaitable<http::Response>(access::Caller, http::Request)>;

/// Throws to refuse a request whose URL is its only credential.
using LinkCheck = std::function<void(const http::Request& head)>;

/// Guards every route: it decides, once and before the body is read, who calls, and gives the caller to the
/// handler. Thread-safe.
class Admission {
 public:
  /// `authenticator` must outlive this object, and this object must outlive the router.
  explicit Admission(const access::Authenticator& authenticator) : authenticator_(authenticator) {}

  /// Admits whoever has the permission. The refusals are those of Authenticator::authenticate().
  [[nodiscard]] http::Admit with(access::Permission permission, Handler handler) const;

  /// Admits whoever presents a signed link that `check` accepts.
  [[nodiscard]] static http::Admit with_link(LinkCheck check, http::Handler handler);

  /// Returns the caller of a request that was admitted before, or throws if it would no longer be: for
  /// answers that last so long that the caller may have lost the permission.
  [[nodiscard]] boost::asio::awaitable<access::Caller> admit_again(access::Permission permission,
                                                                   const http::Request& head) const;

 private:
  const access::Authenticator& authenticator_;
};

}  // namespace annals::api
