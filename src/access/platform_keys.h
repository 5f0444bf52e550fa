#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "crypto/secret.h"

namespace annals::access {

/// The platform's keys. Several may be valid at once, so that one can be replaced without an outage.
/// Thread-safe.
class PlatformKeys {
 public:
  explicit PlatformKeys(const std::vector<crypto::Secret>& keys);

  /// Returns the id of the key if it is one of the valid ones, nullopt otherwise. The id is safe to log. The
  /// time that a comparison takes depends neither on the key nor on where two keys differ.
  [[nodiscard]] std::optional<std::string> find(std::string_view presented) const;

  /// A key's id, and what it signs with. That is derived from the key slowly: whoever sees what it has signed
  /// must not be able to guess a weak key.
  struct Signer {
    std::string id;
    crypto::Sha256 key;
  };
  /// Returns the signers of all keys, in the order in which the keys were given.
  [[nodiscard]] const std::vector<Signer>& signers() const { return signers_; }

 private:
  struct Key {
    crypto::SecretHash hash;
    std::string id;
  };
  std::vector<Key> keys_;
  std::vector<Signer> signers_;
};

}  // namespace annals::access
