#include "access/api_key.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <boost/crc.hpp>

#include "text/hex.h"

namespace annals::access {
namespace {

constexpr std::string_view kPrefix = "annals_";
constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kSecretDigits = 48;
constexpr std::size_t kChecksumDigits = 8;
constexpr std::size_t kLength = kPrefix.size() + kIdDigits + 1 + kSecretDigits + kChecksumDigits;

/// Returns the CRC-32 of a text, in hexadecimal digits.
std::string checksum_of(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum());
}

}  // namespace

ApiKey ApiKey::random() {
  const KeyId id = KeyId::random();
  const Uuid& uuid = id.uuid();
  // The digest of 256 random bits is as random as they are.
  const std::string secret = crypto::SecretHash::of(crypto::Secret::random()).hex().substr(0, kSecretDigits);
  std::string text = fmt::format("{}{}_{}", kPrefix, text::to_hex(uuid.data), secret);
  text += checksum_of(text);
  return {.id = id, .text = crypto::Secret(std::move(text))};
}

std::optional<KeyId> ApiKey::id_in(std::string_view text) {
  if (text.size() != kLength || !text.starts_with(kPrefix)) return std::nullopt;
  const auto body = text.substr(0, kLength - kChecksumDigits);
  if (text.substr(body.size()) != checksum_of(body)) return std::nullopt;
  Uuid uuid{};
  if (!text::from_hex(text.substr(kPrefix.size(), kIdDigits), uuid.data)) return std::nullopt;
  return KeyId(uuid);
}

}  // namespace annals::access
