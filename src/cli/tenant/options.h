#pragma once

#include <map>
#include <string>

#include "cli/client/filter_options.h"
#include "cli/client/service_options.h"

namespace annals::cli {

struct TenantOptions {
  ServiceOptions service{ServiceOptions::Kind::platform};
  bool json = false;
  std::string tenant;     // a client_id or a database name; of every command but create and list
  std::string database;   // create
  std::string label;      // create, label; empty for create: the database name
  std::string secret_to;  // create, rotate-secret, viewer-token: the file for it; empty: standard output
  std::string state;      // list; empty: all
  int overlap = 3600;     // rotate-secret, in seconds
  bool yes = false;       // delete: do not ask
  std::string retention;  // retention: days, or "forever"; empty: it is only shown
  std::map<std::string, std::string> quotas;  // quotas: a number or "default"; empty: as it was
  FilterOptions filter;                       // viewer-token
  bool whole_history = false;                 // viewer-token: without a filter
  bool files = false;                         // viewer-token: the files of events too
  int expires_in = 3600;                      // viewer-token, in seconds
};

// Each function runs one of the commands `annals tenant …` and returns the exit code. Each throws Mistake for
// wrong arguments, and another std::exception for any other failure.

/// Makes a tenant and writes its id and secret. If nobody knows whether it was made, it says so and how to
/// find out: a second attempt cannot make a second tenant, because database names are unique.
int create_tenant(const TenantOptions& options);
int list_tenants(const TenantOptions& options);
int show_tenant(const TenantOptions& options);
int suspend_tenant(const TenantOptions& options);
int resume_tenant(const TenantOptions& options);
/// Gives a tenant a new secret. The one of before stays valid for the overlap.
int rotate_secret(const TenantOptions& options);
int label_tenant(const TenantOptions& options);
/// Sets for how long a tenant's events are kept, or shows it.
int retain_tenant(const TenantOptions& options);
/// Sets what a tenant may use, if it is to be changed, and shows what applies and what is used.
int limit_tenant(const TenantOptions& options);
/// Makes a viewer token and writes it, and nothing else, to standard output or to a file.
int make_viewer_token(const TenantOptions& options);
/// Deletes a tenant with all of its data, once a person has typed its database name or has said --yes.
int delete_tenant(const TenantOptions& options);

}  // namespace annals::cli
