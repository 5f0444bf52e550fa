#pragma once

#include <string>
#include <vector>

#include "crypto/secret.h"
#include "http/message.h"

namespace annals::http {

/// Checks the platform's key (X-API-Key). Several keys may be valid at once, for rotation. Safe for
/// concurrent use.
class Authentication {
 public:
  explicit Authentication(const std::vector<crypto::Secret>& api_keys);

  /// True when X-API-Key is one of the keys; compared in constant time over all of them.
  [[nodiscard]] bool has_platform_key(const Request& request) const;

 private:
  std::vector<crypto::SecretHash> keys_;
};

}  // namespace annals::http
