#include "aws/region.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "aws/profiles.h"

namespace annals::aws {
namespace {

Region checked(Region region) {
  constexpr std::size_t kLongest = 63;
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (region.name.size() <= kLongest && std::ranges::all_of(region.name, fits)) return region;
  throw CredentialsError(
      fmt::format("{} is not the name of a region, such as eu-west-2; correct it, or set files.s3_region",
                  region.found_in));
}

std::string region_of_profile(const Environment& environment) {
  try {
    const auto profile = read_profile(environment);
    return profile ? profile->value("region") : "";
  } catch (const CredentialsError&) {
    return "";  // it is reported if the profile's keys are needed
  }
}

}  // namespace

std::optional<Region> find_region(const Environment& environment) {
  for (const std::string_view variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    std::string name = value_of(environment, variable);
    if (!name.empty()) return checked({.name = std::move(name), .found_in = std::string(variable)});
  }
  std::string name = region_of_profile(environment);
  if (name.empty()) return std::nullopt;
  return checked({.name = std::move(name), .found_in = "the profile's region"});
}

std::string_view domain_of(std::string_view region) {
  struct Partition {
    std::string_view regions;  // what their names begin with
    std::string_view domain;
  };
  constexpr std::array<Partition, 6> kPartitions{{{.regions = "cn-", .domain = "amazonaws.com.cn"},
                                                  {.regions = "us-iso-", .domain = "c2s.ic.gov"},
                                                  {.regions = "us-isob-", .domain = "sc2s.sgov.gov"},
                                                  {.regions = "eu-isoe-", .domain = "cloud.adc-e.uk"},
                                                  {.regions = "us-isof-", .domain = "csp.hci.ic.gov"},
                                                  {.regions = "eusc-", .domain = "amazonaws.eu"}}};
  for (const Partition& partition : kPartitions) {
    if (region.starts_with(partition.regions)) return partition.domain;
  }
  return "amazonaws.com";
}

}  // namespace annals::aws
