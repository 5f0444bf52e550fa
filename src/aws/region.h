#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/environment.h"

namespace annals::aws {

/// A region and where it was found, for the log.
struct Region {
  std::string name;
  std::string found_in;
};

/// Finds the region as the AWS tools do: AWS_REGION, AWS_DEFAULT_REGION, the profile's `region`. Returns
/// nullopt if none of them is set; files that cannot be read have none. Throws CredentialsError if it is not
/// the name of a region (1–63 of `[a-z0-9-]`), because it becomes part of host names.
std::optional<Region> find_region(const Environment& environment);

/// Returns the domain of the partition of AWS to which a region belongs, as in the AWS tools' list of
/// endpoints.
std::string_view domain_of(std::string_view region);

}  // namespace annals::aws
