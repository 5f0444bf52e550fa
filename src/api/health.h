#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "engine/engine.h"
#include "events/broken_parts.h"
#include "http/message.h"
#include "http/router.h"
#include "tenants/reconciliation.h"

namespace annals::api {

/// Answers `GET /healthz`: the process lives; and `GET /readyz`: it can serve, because the engine answers
/// too and the registry of tenants is not lost. Neither needs a key.
class Health {
 public:
  /// All of them must outlive this object.
  Health(engine::Engine& engine, const tenants::Reconciliation& reconciliation,
         const events::BrokenParts& broken_parts)
      : engine_(engine), reconciliation_(reconciliation), broken_parts_(broken_parts) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  static boost::asio::awaitable<http::Response> healthz();
  boost::asio::awaitable<http::Response> readyz();

  engine::Engine& engine_;
  const tenants::Reconciliation& reconciliation_;
  const events::BrokenParts& broken_parts_;
};

}  // namespace annals::api
