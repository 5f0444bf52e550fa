#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.h"
#include "engine/database_name.h"
#include "uuid/uuid.h"

namespace annals::tenants {

/// Which tenant: a UUID v4, made at random. It is no secret, but it cannot be guessed.
class ClientId {
 public:
  static ClientId random();
  /// Nothing when `text` is not a UUID in its usual form of 36 characters, in either case.
  static std::optional<ClientId> parse(std::string_view text);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] const Uuid& uuid() const { return uuid_; }
  bool operator==(const ClientId&) const = default;
  bool operator<(const ClientId& other) const { return uuid_ < other.uuid_; }

 private:
  explicit ClientId(Uuid uuid) : uuid_(uuid) {}
  Uuid uuid_;
};

/// A tenant goes from left to right only; `gone` is the absence of its row. The numbers stand in the
/// registry, where the highest of a tenant's rows counts.
enum class TenantState : std::uint8_t { creating = 1, active = 2, deleting = 3 };

std::string_view name_of(TenantState state);
std::optional<TenantState> parse_state(std::string_view name);

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// One client instance and the history database that belongs to it. A tenant is reached by its id only; the
/// name of its database comes from the registry, never from a request.
struct Tenant {
  ClientId id;
  std::string label;              // unique; shown to people
  engine::DatabaseName database;  // unique
  TenantState state;
  crypto::SecretHash secret_hash;
  Timestamp created_at;  // by the engine's clock
};

/// What a platform asks for, checked.
struct NewTenant {
  engine::DatabaseName database;
  std::string label;  // 1–255 code points, no control characters
};

/// What initialising a tenant gives back; the secret is in here and nowhere else.
struct InitialisedTenant {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId id;
  crypto::Secret secret;
  engine::DatabaseName database;
};

}  // namespace annals::tenants
