#pragma once

#include <future>
#include <memory>
#include <mutex>
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
  explicit PlatformKeys(const std::vector<crypto::Secret>& keys) : current_(keys_of(keys)) {}

  /// Makes these the keys in place of those of before, whose viewer tokens end with them. Returns false if
  /// they are the same.
  bool replace(const std::vector<crypto::Secret>& keys);

  /// Returns the id of the key if it is one of the valid ones, nullopt otherwise. The id is safe to log. The
  /// time that a comparison takes depends neither on the key nor on where two keys differ.
  [[nodiscard]] std::optional<std::string> find(std::string_view presented) const;

  /// A key's id, and what it signs with. That is derived from the key slowly: whoever sees what it has signed
  /// must not be able to guess a weak key.
  struct Signer {
    std::string id;
    crypto::Sha256 key;
  };
  using Signers = std::vector<Signer>;
  /// Returns the signers of all keys, in the order in which the keys were given. Never null. The first call
  /// for these keys takes some tens of milliseconds for each of them, and calls meanwhile wait for it.
  [[nodiscard]] std::shared_ptr<const Signers> signers() const;
  /// Returns whether signers() is quick.
  [[nodiscard]] bool has_signers() const;

 private:
  struct Key {
    crypto::SecretHash hash;
    std::string id;
  };
  struct Keys {
    std::vector<Key> keys;
    std::shared_future<Signers> signers;  // derived when they are first asked for
  };

  static std::shared_ptr<const Keys> keys_of(const std::vector<crypto::Secret>& secrets);
  [[nodiscard]] std::shared_ptr<const Keys> current() const;

  mutable std::mutex mutex_;  // guards the next one
  std::shared_ptr<const Keys> current_;
};

}  // namespace annals::access
