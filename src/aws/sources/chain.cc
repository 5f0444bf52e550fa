#include "aws/sources/chain.h"

#include <array>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "aws/sources/container.h"
#include "aws/sources/instance_metadata.h"
#include "aws/sources/profile_source.h"
#include "aws/sources/web_identity.h"

namespace annals::aws {

Source find_source(const Environment& environment, const std::string& region, io::HttpClient& http) {
  using Find = std::function<FoundSource()>;
  const std::array<std::pair<std::string_view, Find>, 5> links = {
      {{"environment", [&] { return find_in_environment(environment); }},
       {"profile", [&] { return find_in_profile(environment, region, http); }},
       {"web identity", [&] { return find_web_identity(environment, region); }},
       {"container", [&] { return find_container(environment); }},
       {"EC2 instance", [&] { return find_instance_metadata(environment, http); }}}};
  std::string reasons;
  for (const auto& [name, find] : links) {
    FoundSource found = find();
    if (found) return *std::move(found);
    reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", name, found.error());
  }
  throw CredentialsError(fmt::format(
      "no credentials for S3 were found, set up one of these sources (docs/operations.md, \"Credentials of "
      "S3\"): {}",
      reasons));
}

}  // namespace annals::aws
