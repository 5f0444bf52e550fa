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
/// Returns the same in hexadecimal digits.
std::string sha256_hex(std::string_view data);

/// Computes a digest of data that arrives in parts.
class DigestStream {
 public:
  DigestStream(const DigestStream&) = delete;
  DigestStream& operator=(const DigestStream&) = delete;

  void add(std::string_view part);

 protected:
  struct State;
  explicit DigestStream(std::unique_ptr<State> state);
  ~DigestStream();
  void finish(unsigned char* digest);

 private:
  std::unique_ptr<State> state_;
};

/// Computes the SHA-256 of data that arrives in parts.
class Sha256Stream : public DigestStream {
 public:
  Sha256Stream();
  /// Returns the digest of all parts so far. Call it once, as the last call.
  Sha256 finish();
};

/// Computes the MD5 (RFC 1321) of data that arrives in parts. Not for security.
class Md5Stream : public DigestStream {
 public:
  Md5Stream();
  /// Returns the digest of all parts so far, in base64 as Content-MD5 has it. Call it once, as the last call.
  std::string finish_base64();
};

/// Returns the HMAC-SHA-256 of the data (RFC 2104).
Sha256 hmac_sha256(std::string_view key, std::string_view data);

/// Returns a key that is derived from a password by scrypt (RFC 7914; N = 2^14, r = 8, p = 1). It takes some
/// 50 milliseconds and 16 MiB, so that whoever sees what the key has signed cannot guess the password fast.
Sha256 stretched(std::string_view password, std::string_view salt);

/// Returns whether two digests are equal, in a time that does not depend on where they differ.
bool equal(const Sha256& one, const Sha256& other);

/// Returns the MD5 of the data (RFC 1321) in base64, as S3 requires it in Content-MD5. Not for security.
std::string md5_base64(std::string_view data);

/// Returns a view of the bytes of a digest, for use as an HMAC key.
inline std::string_view bytes(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace annals::crypto
