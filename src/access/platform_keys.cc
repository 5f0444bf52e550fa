#include "access/platform_keys.h"

namespace annals::access {
namespace {

constexpr std::size_t kIdLength = 8;  // hexadecimal digits of the key's hash
constexpr std::string_view kPurpose = "annals viewer tokens";

}  // namespace

PlatformKeys::PlatformKeys(const std::vector<crypto::Secret>& keys) {
  keys_.reserve(keys.size());
  signers_.reserve(keys.size());
  for (const crypto::Secret& key : keys) {
    const auto hash = crypto::SecretHash::of(key);
    keys_.push_back({.hash = hash, .id = hash.hex().substr(0, kIdLength)});
    signers_.push_back({.id = keys_.back().id, .key = crypto::stretched(key.reveal(), kPurpose)});
  }
}

std::optional<std::string> PlatformKeys::find(std::string_view presented) const {
  const crypto::SecretHash candidate(presented);
  const Key* found = nullptr;
  for (const Key& key : keys_) {
    // No early end: the time must not tell which key it was.
    if (key.hash.matches(candidate)) found = &key;
  }
  return found == nullptr ? std::nullopt : std::optional(found->id);
}

}  // namespace annals::access
