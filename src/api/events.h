#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "http/message.h"
#include "http/router.h"
#include "lanes/intake.h"
#include "quotas/quotas.h"
#include "tenants/directory.h"

namespace annals::api {

/// Takes events in: `POST /api/event-bridge/create-event` and `POST /api/events`. Thread-safe.
class Events {
 public:
  struct Parts {
    lanes::Intake& intake;  // the references must outlive this object
    tenants::TenantDirectory& directory;
    const Admission& admission;
    quotas::Quotas& quotas;
    std::string tenant_field;  // where an EventBridge envelope names the tenant; see envelopes/event_bridge.h
  };

  explicit Events(Parts parts) : parts_(std::move(parts)) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> create_from_event_bridge(access::Caller caller,
                                                                  http::Request request);
  boost::asio::awaitable<http::Response> create(access::Caller caller, http::Request request);
  boost::asio::awaitable<lanes::IntakeResult> take(events::EventsTable table, http::Request request,
                                                   lanes::Intake::Settings settings);

  Parts parts_;
};

}  // namespace annals::api
