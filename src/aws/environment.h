#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "aws/source.h"

namespace annals::aws {

/// Returns the value of an environment variable, or nullopt if it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// Returns the environment of this process.
Environment process_environment();

/// Returns the value of a variable without blanks at its ends, or "" if it is not set.
std::string value_of(const Environment& environment, std::string_view name);

/// Finds AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN and AWS_CREDENTIAL_EXPIRATION.
/// Throws CredentialsError if one of the pair is missing or the expiration is not a time.
FoundSource find_in_environment(const Environment& environment);

}  // namespace annals::aws
