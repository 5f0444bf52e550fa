#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.h"
#include "ids/database_name.h"
#include "ids/id.h"
#include "text/time.h"

namespace annals::tenants {

/// A tenant's state moves from left to right only; `gone` is the absence of its row. The numbers are stored
/// in the registry, where the highest of a tenant's rows counts.
enum class TenantState : std::uint8_t { creating = 1, active = 2, deleting = 3 };

std::string_view name_of(TenantState state);
/// Returns nullopt if no state has that name.
std::optional<TenantState> parse_state(std::string_view name);

/// A client instance and the history database that belongs to it. A tenant is reached by its id only; the
/// name of its database comes from the registry, never from a request.
struct Tenant {
  ClientId id;
  std::string label;      // unique; shown to people
  DatabaseName database;  // unique
  TenantState state;
  crypto::SecretHash secret_hash;
  Timestamp created_at;  // by the engine's clock
};

/// A request for a new tenant, checked.
struct NewTenant {
  DatabaseName database;
  std::string label;  // 1–255 code points, no control characters
};

/// The result of initialising a tenant: the one place that holds its secret.
struct InitialisedTenant {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId id;
  crypto::Secret secret;
  DatabaseName database;
};

}  // namespace annals::tenants
