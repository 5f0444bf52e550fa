#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crypto/secret.h"

namespace annals::aws {

/// Holds what signs requests to AWS and to servers that speak its protocols.
struct Credentials {
  std::string access_key_id;
  crypto::Secret secret_access_key;
  std::optional<crypto::Secret> session_token = std::nullopt;  // temporary credentials have one
  std::optional<std::chrono::system_clock::time_point> expires_at = std::nullopt;  // nullopt: not known
};

/// Reads when credentials expire (RFC 3339). Returns nullopt for any other text. Who writes the year 9999 or
/// 0001 means "never" or "at once", but the system's clock ends in 2262: what lies outside of 1970 to 2200
/// becomes the nearer of the two.
std::optional<std::chrono::system_clock::time_point> parse_expiration(std::string_view text);

/// Returns whether requests signed with either of the two look the same.
inline bool is_same(const Credentials& one, const Credentials& other) {
  const auto token = [](const Credentials& credentials) {
    return credentials.session_token ? credentials.session_token->reveal() : std::string();
  };
  return one.access_key_id == other.access_key_id &&
         one.secret_access_key.reveal() == other.secret_access_key.reveal() && token(one) == token(other);
}

/// Reports that a source of credentials brings none, or that its settings are wrong. what() says which source
/// and how to repair it, and never holds a secret.
class CredentialsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace annals::aws
