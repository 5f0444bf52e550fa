#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

 private:
  struct Key {
    crypto::SecretHash hash;
    std::string id;
  };
  std::vector<Key> keys_;
};

}  // namespace annals::access
