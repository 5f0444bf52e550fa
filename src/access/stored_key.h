#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "access/permission.h"
#include "crypto/secret.h"
#include "ids/id.h"
#include "text/time.h"

namespace annals::access {

/// The tenants that a key is bound to; null if it is for all tenants.
using BoundTo = std::shared_ptr<const std::set<ClientId>>;

/// Returns whether a key that is bound so has that tenant.
inline bool has_tenant(const BoundTo& bound_to, const ClientId& tenant) {
  return bound_to == nullptr || bound_to->contains(tenant);
}

/// A key that was made over the API, with all that is stored of it.
struct StoredKey {
  KeyId id;
  std::string name;
  Role role = Role::read;
  BoundTo client_ids = nullptr;
  std::optional<Timestamp> expires_at = {};
  Timestamp created_at = {};  // by the engine's clock
  bool is_disabled = false;
  crypto::SecretHash hash;
  std::optional<Timestamp> last_used_at = {};  // cut to the hour; not part of the document

  /// Returns whether the key opens anything at that time.
  [[nodiscard]] bool is_valid(Timestamp now) const {
    return !is_disabled && (!expires_at || now < *expires_at);
  }

  /// Returns the key as the JSON document that is stored.
  [[nodiscard]] std::string document() const;
  /// Reads a document. Throws std::runtime_error, or what the JSON parser throws, if it is malformed.
  static StoredKey parse(KeyId id, std::string_view document);
};

}  // namespace annals::access
