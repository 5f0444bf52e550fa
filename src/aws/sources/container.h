#pragma once

#include "aws/environment.h"

namespace annals::aws {

/// Finds the endpoint that gives a container (ECS, EKS Pod Identity) its credentials:
/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI on 169.254.170.2, else AWS_CONTAINER_CREDENTIALS_FULL_URI. The
/// token in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, which is read at every fetch, or in
/// AWS_CONTAINER_AUTHORIZATION_TOKEN is sent along. Throws CredentialsError if a variable is wrong: plain
/// http is allowed to this machine, 169.254.170.2, 169.254.170.23 and fd00:ec2::23 only.
FoundSource find_container(const Environment& environment);

}  // namespace annals::aws
