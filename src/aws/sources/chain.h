#pragma once

#include <string>

#include "aws/environment.h"
#include "io/http_client.h"

namespace annals::aws {

/// Finds the source of credentials as the AWS tools do: the first of the environment, the profile, a web
/// identity, the container's endpoint and the metadata of an EC2 instance that is set up. A source that is
/// set up wrongly or in part ends the search: another one, perhaps of another account, must not replace it.
/// Only the last of them is asked here; it may take ten seconds. `region` is that of STS if no variable says
/// otherwise. Throws CredentialsError with every source and the reason why it does not serve.
Source find_source(const Environment& environment, const std::string& region, io::HttpClient& http);

}  // namespace annals::aws
