#pragma once

#include <string>

#include "aws/environment.h"
#include "aws/source.h"
#include "io/http_client.h"

namespace annals::aws {

/// Finds the credentials of the profile; see read_profile(). In this order it has them from a role
/// (`role_arn` with `web_identity_token_file`, `source_profile` or `credential_source`), from its keys, which
/// are read again when they are refused, because a tool may have replaced them, or from a program
/// (`credential_process`). Throws CredentialsError for a profile that is half of it, and for one that needs
/// what is not supported: single sign-on, codes of a second factor.
FoundSource find_in_profile(const Environment& environment, const std::string& region, io::HttpClient& http);

}  // namespace annals::aws
