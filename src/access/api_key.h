#pragma once

#include <optional>
#include <string_view>

#include "crypto/secret.h"
#include "ids/id.h"

namespace annals::access {

/// A key in its plain form, on its way out to whoever has asked for it:
/// `annals_<id>_<secret><checksum>`, the id of 32, the secret of 48 and the checksum of 8 hexadecimal digits.
/// The prefix lets scanners for leaked secrets find it, and the checksum lets them, and this service, tell a
/// key from a typing error without asking for it. It protects nothing.
struct ApiKey {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  KeyId id;
  crypto::Secret text;

  /// Returns a new key whose secret has 192 bits from the system's generator.
  static ApiKey random();

  /// Returns the id in a text that has the form of a key, or nullopt. Whether it is a key is for its hash to
  /// say.
  static std::optional<KeyId> id_in(std::string_view text);
};

}  // namespace annals::access
