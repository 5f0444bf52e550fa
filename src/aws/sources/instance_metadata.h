#pragma once

#include "aws/environment.h"

namespace annals::aws {

/// Asks the metadata of an EC2 instance (version 2 only) for the credentials of the instance's role. It is
/// the one source that nothing announces, so it is asked at once, which takes some seconds if nobody is
/// there. Returns the reason if AWS_EC2_METADATA_DISABLED is true, nobody answers, or the instance has no
/// role. AWS_EC2_METADATA_SERVICE_ENDPOINT and AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE (IPv4, IPv6) say where.
/// Throws CredentialsError if one of them is wrong.
FoundSource find_instance_metadata(const Environment& environment, io::HttpClient& http);

}  // namespace annals::aws
