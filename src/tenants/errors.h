#pragma once

#include "error.h"

namespace annals::tenants {

// The errors about tenants, with the words of the contract.

/// Returns the error for a name or label that another tenant has, or is being given.
inline Error tenant_exists() {
  return {ErrorCode::tenant_exists, "Client already exist."};
}

/// Returns the error for a client id of no active tenant. Whoever asks for a deleted tenant gets it too.
inline Error unknown_client() {
  return {ErrorCode::unknown_client, "Failed to connect to tenant db."};
}

/// Returns the error for a path that names no tenant.
inline Error tenant_not_found() {
  return {ErrorCode::tenant_not_found, "Tenant not found."};
}

}  // namespace annals::tenants
