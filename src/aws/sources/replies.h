#pragma once

#include <string>
#include <string_view>

#include "aws/credentials.h"

namespace annals::aws {

/// Reads credentials as containers' endpoints and the metadata of EC2 instances give them: a JSON object with
/// AccessKeyId, SecretAccessKey, Token and Expiration. Throws CredentialsError for anything else, also if its
/// `Code` tells of a failure.
Credentials parse_json_credentials(std::string_view json);

/// Reads credentials as a program (`credential_process`) writes them: a JSON object with Version 1,
/// AccessKeyId, SecretAccessKey, and perhaps SessionToken and Expiration. Throws CredentialsError for
/// anything else.
Credentials parse_program_credentials(std::string_view json);

/// Reads the answer of STS to an action such as AssumeRole. Throws CredentialsError for anything else.
Credentials parse_sts_credentials(std::string_view xml, const std::string& action);

/// Returns the code of an error document of STS (`AccessDenied`, `InvalidIdentityToken`, …), or "-" for any
/// other text.
std::string sts_error_code(std::string_view xml);

/// Returns whether a text can stand in a header as it is: visible ASCII characters only, at least one.
bool fits_header(std::string_view text);

}  // namespace annals::aws
