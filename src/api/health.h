#pragma once

#include <functional>
#include <utility>

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
  /// The references must outlive this object. `check_writing` throws if events cannot be acknowledged.
  Health(engine::Engine& engine, const tenants::Reconciliation& reconciliation,
         const events::BrokenParts& broken_parts, std::function<void()> check_writing)
      : engine_(engine),
        reconciliation_(reconciliation),
        broken_parts_(broken_parts),
        check_writing_(std::move(check_writing)) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  static boost::asio::awaitable<http::Response> healthz();
  boost::asio::awaitable<http::Response> readyz();

  engine::Engine& engine_;
  const tenants::Reconciliation& reconciliation_;
  const events::BrokenParts& broken_parts_;
  const std::function<void()> check_writing_;
};

}  // namespace annals::api
