#include "access/platform_keys.h"

#include <algorithm>
#include <utility>

namespace annals::access {
namespace {

constexpr std::size_t kIdLength = 8;  // hexadecimal digits of the key's hash
constexpr std::string_view kPurpose = "annals viewer tokens";

}  // namespace

bool PlatformKeys::replace(const std::vector<crypto::Secret>& keys) {
  auto next = std::make_shared<Keys>();
  for (const crypto::Secret& key : keys) {
    const auto hash = crypto::SecretHash::of(key);
    next->keys.push_back({.hash = hash, .id = hash.hex().substr(0, kIdLength)});
  }
  const auto before = current();
  const auto is_same = [](const Key& one, const Key& other) { return one.hash.matches(other.hash); };
  if (std::ranges::equal(before->keys, next->keys, is_same)) return false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    next->signers.push_back({.id = next->keys[i].id, .key = crypto::stretched(keys[i].reveal(), kPurpose)});
  }
  const std::scoped_lock lock(mutex_);
  current_ = std::move(next);
  return true;
}

std::shared_ptr<const PlatformKeys::Keys> PlatformKeys::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

std::shared_ptr<const PlatformKeys::Signers> PlatformKeys::signers() const {
  auto keys = current();
  return {keys, &keys->signers};
}

std::optional<std::string> PlatformKeys::find(std::string_view presented) const {
  const crypto::SecretHash candidate(presented);
  const auto keys = current();
  const Key* found = nullptr;
  for (const Key& key : keys->keys) {
    // No early end: the time must not tell which key it was.
    if (key.hash.matches(candidate)) found = &key;
  }
  return found == nullptr ? std::nullopt : std::optional(found->id);
}

}  // namespace annals::access
