#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/environment.h"
#include "aws/source.h"

namespace annals::aws {

/// The service that exchanges a proof of identity for credentials.
struct Sts {
  std::string origin;  // https://sts.<region>.amazonaws.com, or AWS_ENDPOINT_URL_STS
  std::string region;
};

/// Returns AWS_ENDPOINT_URL_STS, or AWS's own endpoint of the region. Throws CredentialsError if the variable
/// is no origin, or plain http to another machine, which would show secrets to the network.
Sts find_sts(const Environment& environment, const std::string& region);

/// A call that assumes a role.
struct AssumeRole {
  std::string action;  // AssumeRole, AssumeRoleWithWebIdentity
  std::string role_arn;
  std::string session_name = {};  // empty: annals-<seconds since 1970>
  std::vector<std::pair<std::string, std::string>> more = {};
  std::optional<Credentials> signer = std::nullopt;  // nullopt: the call proves itself
};

/// Makes the call and returns the role's credentials. Throws CredentialsError, with the code of STS's
/// refusal.
Credentials assume_role(const Sts& sts, const AssumeRole& call, io::HttpClient& http, Deadline deadline);

}  // namespace annals::aws
