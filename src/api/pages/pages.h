#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "http/message.h"
#include "http/pages/page.h"
#include "http/router.h"

namespace annals::api {

/// Answers `GET /openapi.json`, which describes all routes, and `GET /docs`, which shows that to people. Both
/// need no key.
class Pages {
 public:
  Pages();

  /// Adds the routes and makes the document of all routes that the router then has, so it comes last. This
  /// object must outlive the router. Throws std::invalid_argument if a route does not describe itself.
  /// `public_path` is what a proxy takes from the front of every path.
  void add_to(http::Router& router, const Admission& admission, const std::string& public_path);

 private:
  [[nodiscard]] http::Response document(const http::Request& request) const;
  [[nodiscard]] http::Response reference(const http::Request& request) const;
  [[nodiscard]] http::Response part(const http::Request& request) const;
  using Answer = http::Response (Pages::*)(const http::Request& request) const;
  boost::asio::awaitable<http::Response> answer(Answer answer, http::Request request) const;

  std::unique_ptr<const http::Page> document_;            // made by add_to()
  std::map<std::string, http::Page, std::less<>> files_;  // of the page, by their names
};

}  // namespace annals::api
