#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "access/authenticator.h"
#include "api/admission.h"
#include "api/events.h"
#include "api/files.h"
#include "api/health.h"
#include "api/history.h"
#include "api/tenants.h"
#include "events/changes.h"
#include "http/router.h"

namespace annals::api {

/// The whole HTTP interface: every resource and the router that leads to them.
class Api {
 public:
  struct Parts {
    const access::Authenticator& authenticator;  // the references must outlive this object
    engine::Engine& engine;
    const tenants::Reconciliation& reconciliation;
    const events::BrokenParts& broken_parts;
    tenants::Lifecycle& lifecycle;
    tenants::Registry& registry;
    tenants::TenantDirectory& directory;
    lanes::Intake& intake;
    history::History& history;
    events::Changes& changes;
    files::FileStore& files;
    std::string tenant_field;  // see Events::Parts
    std::function<std::string()> public_url;
    std::chrono::seconds file_url_time;
    std::function<void()> check_writing = [] {};  // throws if events cannot be acknowledged
  };

  /// Adds routes that an adapter brings along. What it captures must outlive this object.
  using MoreRoutes = std::function<void(http::Router& router)>;

  /// `more_routes` may be null.
  Api(const Parts& parts, const MoreRoutes& more_routes);

  [[nodiscard]] const http::Router& router() const { return router_; }

 private:
  Admission admission_;
  Tenants tenants_;
  Events events_;
  History history_;
  Files files_;
  Health health_;
  http::Router router_;
};

}  // namespace annals::api
