#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crypto/secret.h"

namespace annals::files {

struct AwsCredentials {
  std::string access_key_id;
  crypto::Secret secret_access_key;
  std::optional<crypto::Secret> session_token = std::nullopt;  // temporary credentials have one
};

/// Reports that no usable credentials were found. what() says where they were searched, never a value.
class AwsCredentialsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Returns the value of an environment variable, or nullopt if it is not set.
using AwsEnvironment = std::function<std::optional<std::string>(std::string_view name)>;

/// Finds credentials as the AWS tools do: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with
/// AWS_SESSION_TOKEN), else the profile AWS_PROFILE (or `default`) of the shared credentials file
/// AWS_SHARED_CREDENTIALS_FILE (or ~/.aws/credentials). They are read once: keys that are rotated in the file
/// take effect at the next start. Instance roles and single sign-on are not supported. Throws
/// AwsCredentialsError.
AwsCredentials find_aws_credentials(const AwsEnvironment& environment);

/// Finds credentials with the environment of this process.
AwsCredentials find_aws_credentials();

}  // namespace annals::files
