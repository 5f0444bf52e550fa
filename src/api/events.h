#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "events/client_access_handlers.h"
#include "http/message.h"
#include "http/router.h"
#include "lanes/intake.h"

namespace annals::api {

/// How events come in: `POST /api/event-bridge/create-event` and `POST /api/events`. Safe for concurrent use.
class EventHandlers {
 public:
  /// `tenant_field`: where an EventBridge envelope names the tenant (event_bridge.h). `intake` must outlive
  /// this.
  EventHandlers(lanes::Intake& intake, events::ClientAccess access, std::string tenant_field)
      : intake_(intake), access_(std::move(access)), tenant_field_(std::move(tenant_field)) {}

  /// Adds the routes; this must outlive the router.
  void add_to(http::Router& router);

  boost::asio::awaitable<http::Response> create_from_event_bridge(http::Request request);
  boost::asio::awaitable<http::Response> create(http::Request request);

 private:
  boost::asio::awaitable<lanes::IntakeResult> take(events::EventsTable table, http::Request request,
                                                   lanes::Intake::Settings settings);

  lanes::Intake& intake_;
  events::ClientAccess access_;
  std::string tenant_field_;
};

}  // namespace annals::api
