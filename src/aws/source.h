#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "aws/credentials.h"
#include "io/http_client.h"

namespace annals::aws {

/// The time by which a fetch must have ended.
using Deadline = std::chrono::steady_clock::time_point;

/// A place from which credentials come, and may come again.
struct Source {
  std::string name;  // for the log
  /// Brings credentials. It may block until the deadline, and is called by one thread at a time. Throws
  /// CredentialsError, and io::HttpFailure if the other side cannot be reached.
  std::function<Credentials(io::HttpClient& http, Deadline deadline)> fetch;
  std::optional<Credentials> first =
      std::nullopt;  // those that the search for the source has brought already
};

/// A source that serves, or the reason why it does not: it is not set up here.
using FoundSource = std::expected<Source, std::string>;

/// Returns a source of credentials that never change.
inline Source fixed_source(std::string name, Credentials credentials) {
  return {.name = std::move(name),
          .fetch = [credentials](io::HttpClient& /*http*/, Deadline /*deadline*/) { return credentials; },
          .first = credentials};
}

}  // namespace annals::aws
