#include "crypto/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace annals::crypto {

Secret Secret::random() {
  constexpr std::size_t kBytes = 32;
  constexpr std::size_t kEncoded = 43;  // base64 without padding
  std::array<unsigned char, kBytes> raw{};
  if (RAND_bytes(raw.data(), kBytes) != 1) throw std::runtime_error("the system's random generator failed");
  std::string text(44 + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), raw.data(), kBytes);
  text.resize(kEncoded);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return Secret(std::move(text));
}

std::optional<SecretHash> SecretHash::from_hex(std::string_view text) {
  Sha256 digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const char* pair = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(pair, pair + 2, digest[i], 16);
    if (error != std::errc() || end != pair + 2) return std::nullopt;
  }
  return SecretHash(digest);
}

bool SecretHash::matches(const SecretHash& other) const {
  return CRYPTO_memcmp(digest_.data(), other.digest_.data(), digest_.size()) == 0;
}

}  // namespace annals::crypto
