#pragma once

#include "error.h"

namespace annals::access {

// The errors about who may call, with the words of the contract.

/// Returns the error for a missing or wrong platform key.
inline Error unauthorized_api_key() {
  return {ErrorCode::unauthorized_api_key, "Unauthorized API Key."};
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
