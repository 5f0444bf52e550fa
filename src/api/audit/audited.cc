#include "api/audit/audited.h"

#include <algorithm>

namespace annals::api {
namespace {

using audit::Action;

const std::vector<AuditedRoute>& table() {
  static const std::vector<AuditedRoute> routes{
      {.operation = "initialize_tenant",
       .action = Action::initialize_tenant,
       .kind = AuditKind::act,
       .body = {"database_name"},
       .texts = {"client_label"}},
      {.operation = "delete_tenant", .action = Action::delete_tenant, .kind = AuditKind::act},
      {.operation = "change_tenant",
       .action = Action::change_tenant,
       .kind = AuditKind::act,
       .body = {"suspended", "retention_days", "quotas"},
       .texts = {"client_label"}},
      {.operation = "rotate_tenant_secret",
       .action = Action::rotate_tenant_secret,
       .kind = AuditKind::act,
       .body = {"overlap_seconds"}},
      {.operation = "change_names", .action = Action::change_names, .kind = AuditKind::act},
      {.operation = "change_tenant_names", .action = Action::change_names, .kind = AuditKind::act},
      {.operation = "create_key",
       .action = Action::create_key,
       .kind = AuditKind::act,
       .body = {"role", "client_ids", "expires_at"},
       .texts = {"name"}},
      {.operation = "change_key",
       .action = Action::change_key,
       .kind = AuditKind::act,
       .body = {"disabled", "expires_at"},
       .texts = {"name"}},
      {.operation = "delete_key", .action = Action::delete_key, .kind = AuditKind::act},
      {.operation = "create_viewer_token",
       .action = Action::create_viewer_token,
       .kind = AuditKind::grant,
       .body = {"client_id", "filter", "permissions", "expires_in"}},
      {.operation = "export_events",
       .action = Action::export_events,
       .kind = AuditKind::stream,
       .query = {"format", "after", "record_id", "event_type_id", "source_type_id", "source_id", "event_id",
                 "event_time_from", "event_time_to", "numbers"}},
      {.operation = "create_backup",
       .action = Action::create_backup,
       .kind = AuditKind::act,
       .body = {"client_id", "base"}},
      {.operation = "restore_backup",
       .action = Action::restore_backup,
       .kind = AuditKind::act,
       .body = {"backup_id", "client_id", "database_name", "as_new"},
       .texts = {"client_label"}},
      {.operation = "verify_backup", .action = Action::verify_backup, .kind = AuditKind::act},
      {.operation = "delete_backup", .action = Action::delete_backup, .kind = AuditKind::act},
      {.operation = "get_event_file", .action = Action::get_event_file, .kind = AuditKind::link},
      {.operation = "download_file", .action = Action::download_file, .kind = AuditKind::download},
  };
  return routes;
}

}  // namespace

const AuditedRoute* find_audited(std::string_view operation) {
  const auto found = std::ranges::find(table(), operation, &AuditedRoute::operation);
  return found == table().end() ? nullptr : &*found;
}

}  // namespace annals::api
