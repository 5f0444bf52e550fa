#include "api/api.h"

namespace annals::api {

Api::Api(const Parts& parts, const MoreRoutes& more_routes)
    : auditor_(parts.trail, parts.authenticator),
      admission_(parts.authenticator, auditor_, &parts.quotas),
      keys_(parts.keys),
      tenants_({.lifecycle = parts.lifecycle,
                .administration = parts.administration,
                .registry = parts.registry,
                .quotas = parts.quotas,
                .engine = parts.engine}),
      viewer_tokens_({.tokens = parts.viewer_tokens, .directory = parts.directory}),
      events_({.intake = parts.intake,
               .directory = parts.directory,
               .admission = admission_,
               .quotas = parts.quotas,
               .tenant_field = parts.tenant_field}),
      history_({.history = parts.history,
                .names = parts.names,
                .changes = parts.changes,
                .files = parts.files,
                .attached_files = parts.attached_files,
                .exports = parts.exports,
                .tails = parts.tails,
                .admission = admission_,
                .public_url = parts.public_url,
                .file_url_time = parts.file_url_time}),
      files_(parts.files, parts.quotas, parts.file_url_time),
      health_({.engine = parts.engine,
               .check_engine = parts.check_engine,
               .registry = parts.registry,
               .reconciliation = parts.reconciliation,
               .files = parts.files,
               .check_journal = parts.check_journal,
               .is_draining = parts.is_draining,
               .has_room = parts.has_room},
              parts.broken_parts) {
  // The document has the routes in this order.
  tenants_.add_to(router_, admission_);
  events_.add_to(router_);
  history_.add_to(router_);
  files_.add_to(router_, admission_);
  viewer_tokens_.add_to(router_, admission_);
  keys_.add_to(router_, admission_);
  health_.add_to(router_, admission_);
  if (more_routes) more_routes(router_, admission_, parts);
}

}  // namespace annals::api
