#pragma once

#include <string>

#include "aws/environment.h"
#include "aws/source.h"
#include "aws/sources/sts.h"

namespace annals::aws {

/// A role that is assumed with the token in a file.
struct WebIdentity {
  std::string token_file;
  std::string role_arn;
  std::string session_name = {};
  std::string name;  // of the source, for the log
};

/// Returns a source that calls AssumeRoleWithWebIdentity. It reads the file at every fetch, because what puts
/// the token there replaces it.
Source web_identity_source(WebIdentity identity, Sts sts);

/// Finds AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, with AWS_ROLE_SESSION_NAME. Throws CredentialsError
/// if one of the two is missing.
FoundSource find_web_identity(const Environment& environment, const std::string& region);

}  // namespace annals::aws
