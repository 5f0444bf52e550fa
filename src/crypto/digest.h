#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace annals::crypto {

using Sha256 = std::array<std::uint8_t, 32>;

/// Returns the SHA-256 of the data (FIPS 180-4).
Sha256 sha256(std::string_view data);

/// Computes the SHA-256 of data that arrives in parts.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void add(std::string_view part);
  /// Returns the digest of all parts so far. Call it once, as the last call.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns the HMAC-SHA-256 of the data (RFC 2104).
Sha256 hmac_sha256(std::string_view key, std::string_view data);

/// Returns the MD5 of the data (RFC 1321) in base64, as S3 requires it in Content-MD5. Not for security.
std::string md5_base64(std::string_view data);

/// Returns a view of the bytes of a digest, for use as an HMAC key.
inline std::string_view bytes(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace annals::crypto
