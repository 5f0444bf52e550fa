#include "access/platform_keys.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace annals::access {
namespace {

constexpr std::size_t kIdLength = 8;  // hexadecimal digits of the key's hash
constexpr std::string_view kPurpose = "annals viewer tokens";

}  // namespace

std::shared_ptr<const PlatformKeys::Keys> PlatformKeys::keys_of(const std::vector<crypto::Secret>& secrets) {
  auto result = std::make_shared<Keys>();
  for (const crypto::Secret& secret : secrets) {
    const auto hash = crypto::SecretHash::of(secret);
    result->keys.push_back({.hash = hash, .id = hash.hex().substr(0, kIdLength)});
  }
  const auto derive = [secrets, keys = result->keys] {
    Signers signers;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      signers.push_back({.id = keys[i].id, .key = crypto::stretched(secrets[i].reveal(), kPurpose)});
    }
    return signers;
  };
  result->signers = std::async(std::launch::deferred, derive).share();
  return result;
}

bool PlatformKeys::replace(const std::vector<crypto::Secret>& keys) {
  auto next = keys_of(keys);
  const auto is_same = [](const Key& one, const Key& other) { return one.hash.matches(other.hash); };
  const std::scoped_lock lock(mutex_);
  if (std::ranges::equal(current_->keys, next->keys, is_same)) return false;
  current_ = std::move(next);
  return true;
}

std::shared_ptr<const PlatformKeys::Keys> PlatformKeys::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

std::shared_ptr<const PlatformKeys::Signers> PlatformKeys::signers() const {
  auto keys = current();
  const auto signers = keys->signers;  // each thread waits by a future of its own
  return {std::move(keys), &signers.get()};
}

bool PlatformKeys::has_signers() const {
  const auto signers = current()->signers;
  return signers.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
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
