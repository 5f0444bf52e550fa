#include "crypto/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "text/base64.h"

namespace annals::crypto {

Secret Secret::random() {
  constexpr std::size_t kBytes = 32;
  constexpr std::size_t kEncoded = 43;  // base64 without padding
  std::array<unsigned char, kBytes> raw{};
  if (RAND_bytes(raw.data(), kBytes) != 1) throw std::runtime_error("the system's random generator failed");
  std::string text = text::base64_encode({reinterpret_cast<const char*>(raw.data()), raw.size()});
  text.resize(kEncoded);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return Secret(std::move(text));
}

std::optional<SecretHash> SecretHash::from_hex(std::string_view text) {
  Sha256 digest{};
  if (!text::from_hex(text, digest)) return std::nullopt;
  return SecretHash(digest);
}

bool SecretHash::matches(const SecretHash& other) const {
  return CRYPTO_memcmp(digest_.data(), other.digest_.data(), digest_.size()) == 0;
}

}  // namespace annals::crypto
