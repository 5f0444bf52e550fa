#include "http/authentication.h"

namespace annals::http {
namespace {

// The key that the request presents; null when it presents none, or several that differ: a proxy in front and
// this server might then not mean the same one.
const std::string* presented_key(const Request& request) {
  const std::string* key = nullptr;
  for (const auto& [name, value] : request.headers) {
    if (name != "x-api-key") continue;
    if (key != nullptr && *key != value) return nullptr;
    key = &value;
  }
  return key;
}

}  // namespace

Authentication::Authentication(const std::vector<crypto::Secret>& api_keys) {
  keys_.reserve(api_keys.size());
  for (const crypto::Secret& key : api_keys) keys_.push_back(crypto::SecretHash::of(key));
}

bool Authentication::has_platform_key(const Request& request) const {
  const std::string* presented = presented_key(request);
  if (presented == nullptr) return false;
  const crypto::SecretHash candidate(*presented);
  bool known = false;
  for (const crypto::SecretHash& key : keys_) {
    const bool same = key.matches(candidate);
    known = known || same;  // no early end: the time must not tell which key it was
  }
  return known;
}

}  // namespace annals::http
