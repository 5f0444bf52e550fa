#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "access/authenticator.h"
#include "api/admission.h"
#include "api/audit/auditor.h"
#include "api/events.h"
#include "api/files.h"
#include "api/health.h"
#include "api/history.h"
#include "api/keys.h"
#include "api/tenants.h"
#include "api/viewer_tokens.h"
#include "audit/trail.h"
#include "events/changes.h"
#include "files/attached_files.h"
#include "http/router.h"
#include "names/names.h"
#include "quotas/quotas.h"

namespace annals::api {

/// The whole HTTP interface: every resource and the router that leads to them.
class Api {
 public:
  struct Parts {
    const access::Authenticator& authenticator;  // the references must outlive this object
    const access::ViewerTokens& viewer_tokens;
    audit::Trail& trail;  // and every response
    engine::Engine& engine;
    std::function<boost::asio::awaitable<void>()> check_engine;  // see ReadinessProbe::Parts
    const tenants::Reconciliation& reconciliation;
    const events::BrokenParts& broken_parts;
    access::Keys& keys;
    tenants::Lifecycle& lifecycle;
    tenants::Administration& administration;
    tenants::Registry& registry;
    tenants::TenantDirectory& directory;
    quotas::Quotas& quotas;
    lanes::Intake& intake;
    history::History& history;
    names::Names& names;
    events::Changes& changes;
    history::OpenStreams& exports;
    history::OpenStreams& tails;
    files::FileStore& files;
    files::AttachedFiles& attached_files;
    std::string tenant_field;  // see Events::Parts
    std::function<std::string()> public_url;
    std::chrono::seconds file_url_time;
    // See ReadinessProbe::Parts.
    std::function<void()> check_journal = nullptr;
    std::function<bool()> is_draining = [] { return false; };
    std::function<bool()> has_room = [] { return true; };
  };

  /// Adds routes that an adapter brings along, which may use the parts. What it captures must outlive this
  /// object.
  using MoreRoutes =
      std::function<void(http::Router& router, const Admission& admission, const Parts& parts)>;

  /// `more_routes` may be null.
  Api(const Parts& parts, const MoreRoutes& more_routes);

  [[nodiscard]] const http::Router& router() const { return router_; }

 private:
  Auditor auditor_;
  Admission admission_;
  Keys keys_;
  Tenants tenants_;
  ViewerTokens viewer_tokens_;
  Events events_;
  History history_;
  Files files_;
  Health health_;
  http::Router router_;
};

}  // namespace annals::api
