#pragma once

#include <string>
#include <vector>

#include "cli/client/service_options.h"

namespace annals::cli {

struct KeyOptions {
  ServiceOptions service{ServiceOptions::Kind::platform};
  std::string key_id;                   // of every command but create and list
  std::string name;                     // create
  std::string role;                     // create
  std::vector<std::string> client_ids;  // create; empty: all tenants
  std::string expires_at;               // create; empty: never
};

// Each function runs one of the commands `annals key …` and returns the exit code. Each throws Mistake for
// wrong arguments, and another std::exception for any other failure.

/// Makes a key and writes it, and nothing else, to standard output.
int create_key(const KeyOptions& options);
/// Writes a line for each key to standard output.
int list_keys(const KeyOptions& options);
/// Writes what is known of a key, as JSON.
int show_key(const KeyOptions& options);
int disable_key(const KeyOptions& options);
int enable_key(const KeyOptions& options);
int delete_key(const KeyOptions& options);

}  // namespace annals::cli
