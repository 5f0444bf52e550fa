#pragma once

#include <string>

#include "cli/client/service_options.h"

namespace annals::cli {

/// Holds the arguments of `annals backup …` and `annals restore`.
struct BackupOptions {
  ServiceOptions service{ServiceOptions::Kind::platform};
  std::string backup_id;      // show, verify, restore
  std::string client_id;      // create, restore; empty: everything
  std::string base;           // create
  std::string database_name;  // restore
  std::string client_label;   // restore
  bool as_new = false;        // restore
  bool no_wait = false;       // create, verify, restore
};

// Each function runs a command and returns the exit code: 0, or 1 if the job failed. Each throws Mistake for
// wrong arguments, and another std::exception for any other failure.

/// Begins a backup, waits until it has ended, and writes its id, and nothing else, to standard output.
int create_backup(const BackupOptions& options);
/// Writes a line for each backup to standard output.
int list_backups(const BackupOptions& options);
/// Writes what is known of a backup, as JSON.
int show_backup(const BackupOptions& options);
/// Reads a whole backup on the service's side.
int verify_backup(const BackupOptions& options);
/// Restores, and writes the id of a single client to standard output.
int restore_backup(const BackupOptions& options);

}  // namespace annals::cli
