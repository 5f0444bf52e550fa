#include "crypto/secret.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "text/base64.h"

namespace annals::crypto {

Secret Secret::random() {
  constexpr std::size_t kBytes = 32;
  std::array<unsigned char, kBytes> raw{};
  if (RAND_bytes(raw.data(), kBytes) != 1) throw std::runtime_error("the system's random generator failed");
  return Secret(text::base64url_encode({reinterpret_cast<const char*>(raw.data()), raw.size()}));
}

std::optional<SecretHash> SecretHash::from_hex(std::string_view text) {
  Sha256 digest{};
  if (!text::from_hex(text, digest)) return std::nullopt;
  return SecretHash(digest);
}

bool SecretHash::matches(const SecretHash& other) const {
  return equal(digest_, other.digest_);
}

}  // namespace annals::crypto
