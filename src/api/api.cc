#include "api/api.h"

namespace annals::api {

Api::Api(const Parts& parts, const MoreRoutes& more_routes)
    : admission_(parts.authenticator),
      tenants_(parts.lifecycle, parts.registry),
      events_({.intake = parts.intake, .directory = parts.directory, .tenant_field = parts.tenant_field}),
      history_({.history = parts.history,
                .changes = parts.changes,
                .files = parts.files,
                .admission = admission_,
                .public_url = parts.public_url,
                .file_url_time = parts.file_url_time}),
      files_(parts.files, parts.file_url_time),
      health_(parts.engine, parts.reconciliation, parts.broken_parts, parts.check_writing) {
  tenants_.add_to(router_, admission_);
  events_.add_to(router_, admission_);
  history_.add_to(router_);
  files_.add_to(router_, admission_);
  health_.add_to(router_, admission_);
  if (more_routes) more_routes(router_);
}

}  // namespace annals::api
