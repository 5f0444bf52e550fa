#pragma once

#include <boost/asio/awaitable.hpp>

#include "access/keys.h"
#include "api/admission.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// Makes, lists, changes and deletes platform keys over HTTP. Thread-safe.
class Keys {
 public:
  /// `keys` must outlive this object.
  explicit Keys(access::Keys& keys) : keys_(keys) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  boost::asio::awaitable<http::Response> create(http::Request request);
  boost::asio::awaitable<http::Response> list(http::Request request);
  boost::asio::awaitable<http::Response> show(http::Request request);
  boost::asio::awaitable<http::Response> change(http::Request request);
  boost::asio::awaitable<http::Response> remove(http::Request request);

  access::Keys& keys_;
};

}  // namespace annals::api
