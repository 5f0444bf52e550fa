#pragma once

#include <string>

#include <fmt/format.h>

#include "error.h"

namespace annals::backup {

// The errors about backups, with the words of the contract.

/// Returns the error for a service that has no destination of backups.
inline Error no_backups() {
  return {ErrorCode::no_backups, "Backups are not configured: set backup.directory or backup.s3_bucket."};
}

/// Returns the error for an id of no complete backup.
inline Error backup_not_found() {
  return {ErrorCode::backup_not_found, "Backup not found."};
}

/// Returns the error for an id of no job that this instance remembers.
inline Error job_not_found() {
  return {ErrorCode::backup_not_found, "Backup job not found."};
}

/// Returns the error for a backup that cannot be used, with the reason.
inline Error backup_refused(const std::string& reason) {
  return {ErrorCode::backup_refused, reason};
}

/// Returns the error for a blob of a backup that is not as it was written.
inline Error backup_damaged(const std::string& name, const std::string& flaw) {
  return backup_refused(fmt::format("The backup is damaged: {}: {}", name, flaw));
}

/// Returns the error for work that ends because the service stops.
inline Error service_stops() {
  return {ErrorCode::overloaded, "The service was stopped meanwhile."};
}

}  // namespace annals::backup
