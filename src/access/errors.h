#pragma once

#include <string>

#include "error.h"

namespace annals::access {

// The errors about who may call, with the words of the contract.

/// Returns the error for a missing or wrong platform key. `why` goes to the log.
inline Error unauthorized_api_key(const std::string& why) {
  return {ErrorCode::unauthorized_api_key, "Unauthorized API Key.", why};
}

/// Returns the error for a wrong key or secret after too many of them from one address.
inline Error too_many_wrong_keys() {
  return {ErrorCode::too_many_wrong_keys, "Too many wrong keys from this address. Try again later."};
}

/// Returns the error for a key whose role does not permit the request.
inline Error not_allowed(const std::string& why) {
  return {ErrorCode::not_allowed, "Not allowed for this key.", why};
}

/// Returns the error for a request that would change the audit trail.
inline Error trail_is_read_only() {
  return {ErrorCode::not_allowed, "The audit trail can only be read."};
}

/// Returns the error for a path that names no key.
inline Error key_not_found() {
  return {ErrorCode::key_not_found, "Key not found."};
}

/// Returns the error for a request that names no client, or two that differ.
inline Error missing_client() {
  return {ErrorCode::missing_client, "Unauthorized Client."};
}

/// Returns the error for a client secret that does not belong to the client, whether or not there is such a
/// client: nobody learns without a secret which clients exist.
inline Error unauthorized_client() {
  return {ErrorCode::unauthorized_client, "Unauthorized Client."};
}

}  // namespace annals::access
