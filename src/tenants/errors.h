#pragma once

#include <string>

#include "error.h"

namespace annals::tenants {

// The errors about tenants, with the words of the contract.

/// Returns the error for a name or label that another tenant has, or is being given. `which` says to the log
/// what is taken.
inline Error tenant_exists(const std::string& which) {
  return {ErrorCode::tenant_exists, "Client already exist.", which};
}

/// Returns the error for a tenant that is to be restored while its events are there.
inline Error unknown_events() {
  return {ErrorCode::tenant_exists,
          "There are events of this client, although the registry does not know it: restore the registry "
          "instead (operations.md, \"A lost registry\")."};
}

/// Returns the error for a tenant that is still being deleted. `why` goes to the log.
inline Error being_deleted(const std::string& why = "the tenant is still being deleted") {
  return {ErrorCode::overloaded, "This tenant is being deleted. Try again later.", why};
}

/// Returns the error for a restoration of a tenant that another one deletes or restores.
inline Error being_worked_on() {
  return {ErrorCode::overloaded, "This client is being deleted or restored. Try again later.",
          "somebody else has the lease on the tenant"};
}

/// Returns the error for a client id of no active tenant. Whoever asks for a deleted tenant gets it too.
inline Error unknown_client() {
  return {ErrorCode::unknown_client, "Failed to connect to tenant db.",
          "the X-Client-Id is that of no active tenant"};
}

/// Returns the error for a request for the data of a suspended tenant.
inline Error client_suspended() {
  return {ErrorCode::client_suspended, "Client is suspended."};
}

/// Returns the error for a path that names no tenant.
inline Error tenant_not_found() {
  return {ErrorCode::tenant_not_found, "Tenant not found."};
}

}  // namespace annals::tenants
