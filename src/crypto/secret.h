#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "crypto/digest.h"
#include "text/hex.h"

namespace annals::crypto {

/// Holds a key or secret in plain text, on its way in or out. It prints as `***`; reveal() is for the one
/// place that must show it.
class Secret {
 public:
  explicit Secret(std::string text) : text_(std::move(text)) {}

  /// Returns 256 bits from the system's generator, in URL-safe characters (43 of them).
  static Secret random();

  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Holds the SHA-256 of a secret, which is all that is stored of it. A plain hash suffices, because the
/// secrets that we make are random.
class SecretHash {
 public:
  explicit SecretHash(std::string_view secret) : digest_(sha256(secret)) {}
  static SecretHash of(const Secret& secret) { return SecretHash(secret.reveal()); }
  /// Returns the hash that hex() wrote as `text`, or nullopt if `text` is not one.
  static std::optional<SecretHash> from_hex(std::string_view text);

  /// Compares in a time that does not depend on where the two hashes differ.
  [[nodiscard]] bool matches(const SecretHash& other) const;
  [[nodiscard]] std::string hex() const { return text::to_hex(digest_); }

 private:
  explicit SecretHash(const Sha256& digest) : digest_(digest) {}

  Sha256 digest_;
};

}  // namespace annals::crypto

/// Prints `***`, so that a secret that reaches a log or a message by mistake does no harm.
template <>
struct fmt::formatter<annals::crypto::Secret> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const annals::crypto::Secret& /*secret*/, Context& context) const {
    return fmt::formatter<std::string_view>::format("***", context);
  }
};
