#pragma once

#include "cli/backup/options.h"

namespace annals::cli {

// Each function runs a command and returns the exit code. Each throws Mistake if nobody confirms it.

/// Deletes one backup, in whatever state.
int delete_backup(const BackupOptions& options);

/// Deletes all backups but the newest of everything and of each client that was backed up alone, those that
/// these need, and damaged ones. What is unfinished and not being made goes too.
int prune_backups(const BackupOptions& options);

}  // namespace annals::cli
