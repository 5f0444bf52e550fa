#pragma once

#include <string>

#include "cli/client/service_options.h"

namespace annals::cli {

struct BackupOptions {
  ServiceOptions service{ServiceOptions::Kind::platform};
  std::string backup_id;      // of every command but create, list and prune
  std::string client_id;      // create, restore; empty: everything
  std::string base;           // create
  std::string database_name;  // restore
  std::string client_label;   // restore
  bool as_new = false;        // restore
  bool no_wait = false;       // create, verify, restore
  bool json = false;          // list
  int keep = 0;               // prune
  bool dry_run = false;       // prune
  bool yes = false;           // delete, prune: do not ask
};

}  // namespace annals::cli
