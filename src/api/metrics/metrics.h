#pragma once

#include <functional>
#include <string>
#include <utility>

#include "api/admission.h"
#include "http/router.h"

namespace annals::api {

/// Answers `GET /metrics` with the numbers of the service.
class Metrics {
 public:
  /// `text` returns the numbers of a moment in the text format 0.0.4 of Prometheus. It is called by any
  /// thread, and must be quick.
  explicit Metrics(std::function<std::string()> text) : text_(std::move(text)) {}

  /// Adds the route for whoever has the permission; for access::Permission::anyone it needs no key. This
  /// object must outlive the router.
  void add_to(http::Router& router, const Admission& admission, access::Permission permission) const;

  /// Adds the route for everybody who reaches the port.
  void add_to(http::Router& router) const;

 private:
  [[nodiscard]] http::Response answer() const;
  [[nodiscard]] static http::Route route(http::Admit admit);

  const std::function<std::string()> text_;
};

}  // namespace annals::api
