#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.h"
#include "ids/database_name.h"
#include "ids/id.h"
#include "tenants/quota.h"
#include "tenants/retention.h"
#include "text/time.h"

namespace annals::tenants {

/// A tenant's state moves from left to right only; `gone` is the absence of its row. The numbers are stored
/// in the registry, where the highest of a tenant's rows counts.
enum class TenantState : std::uint8_t { creating = 1, active = 2, deleting = 3 };

std::string_view name_of(TenantState state);
/// Returns nullopt if no state has that name.
std::optional<TenantState> parse_state(std::string_view name);

/// A secret that was replaced and is still valid for a time.
struct PreviousSecret {  // NOLINT(*-pro-type-member-init): a hash cannot be left out
  crypto::SecretHash hash;
  Timestamp valid_until;
};

/// A client instance and the history database that belongs to it. A tenant is reached by its id only; the
/// name of its database comes from the registry, never from a request.
struct Tenant {
  ClientId id;
  std::string label;      // unique; shown to people
  DatabaseName database;  // unique
  TenantState state;
  crypto::SecretHash secret_hash;           // of the present secret
  crypto::SecretHash original_secret_hash;  // of the secret that it was made with
  Timestamp created_at;                     // by the engine's clock
  bool is_suspended = false;                // its data is neither given out nor taken in
  std::vector<PreviousSecret> previous_secrets = {};
  QuotaValues quotas = {};                               // its own; the defaults stand in the configuration
  DayUsage day_usage = {};                               // as it was stored last
  std::optional<std::uint32_t> own_retention_days = {};  // 0: for ever; nullopt: none was set
  std::uint32_t retention_days = 0;                      // its own, or else the default; 0: for ever
  RetentionStatus retention = {};
  std::uint64_t settings_version = 0;  // grows with each change of the settings; 0: none was made

  /// Returns whether a secret that was presented at `now` is this tenant's. The time that it takes does not
  /// depend on which of the tenant's secrets it is, nor on where two secrets differ.
  [[nodiscard]] bool has_secret(const crypto::SecretHash& presented, Timestamp now) const;

  /// Returns the time, to the minute, before which events are past their retention; nullopt if none ever is.
  [[nodiscard]] std::optional<Timestamp> kept_from(Timestamp now) const;
};

/// A request for a new tenant, checked.
struct NewTenant {
  DatabaseName database;
  std::string label;  // 1–255 code points, no control characters
};

/// A tenant as a backup has kept it, to be made again.
struct KeptTenant {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId id;
  NewTenant request;
  crypto::SecretHash secret_hash;  // of the secret that it was made with
  Timestamp created_at;
  std::string settings = {};  // the document of TenantSettings; empty: nothing was changed
};

/// The result of initialising a tenant: the one place that holds its secret.
struct InitialisedTenant {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId id;
  crypto::Secret secret;
  DatabaseName database;
};

}  // namespace annals::tenants
