#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "api/readiness.h"
#include "events/parts/broken_parts.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// Answers `GET /healthz`: the process lives; and `GET /readyz`: it can serve. Neither needs a key.
class Health {
 public:
  /// `broken_parts` must outlive this object, and what `parts` refers to.
  Health(ReadinessProbe::Parts parts, const events::BrokenParts& broken_parts)
      : probe_(std::move(parts)), broken_parts_(broken_parts) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  static boost::asio::awaitable<http::Response> healthz();
  boost::asio::awaitable<http::Response> readyz();

  ReadinessProbe probe_;
  const events::BrokenParts& broken_parts_;
};

}  // namespace annals::api
