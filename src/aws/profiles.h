#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "aws/environment.h"

namespace annals::aws {

/// The settings of a profile by their names in lower case.
using ProfileSettings = std::map<std::string, std::string, std::less<>>;

/// The profiles of a file by their names.
using Profiles = std::map<std::string, ProfileSettings, std::less<>>;

/// Tells how a file names its profiles: `[name]` in the shared credentials file, `[profile name]` (and
/// `[default]`) in the configuration file.
enum class ProfileFile : std::uint8_t { credentials, config };

/// Reads a file of profiles as the AWS tools do: comments are whole lines that begin with # or ;, a line that
/// is indented below a setting belongs to that setting's value and is passed over here, and of sections and
/// settings that stand there twice the later one takes precedence. Lines that are none of it are passed over.
Profiles parse_profiles(std::string_view text, ProfileFile kind);

/// The profile that the environment chooses.
struct Profile {
  std::string name;
  std::string files;  // the paths of the files that have it, for messages
  ProfileSettings settings;

  /// Returns the value of a setting, or "" if the profile does not have it.
  [[nodiscard]] std::string value(std::string_view setting) const;
};

/// Reads the profile AWS_PROFILE, or `default`, of AWS_SHARED_CREDENTIALS_FILE (or ~/.aws/credentials) and of
/// AWS_CONFIG_FILE (or ~/.aws/config); the settings of the first file take precedence. Returns the reason if
/// there is no such profile. Throws CredentialsError if a file or a profile that is named by a variable is
/// not there.
std::expected<Profile, std::string> read_profile(const Environment& environment);

/// Reads a profile of that name in the same files. Throws CredentialsError if it is not there.
Profile read_profile_named(const Environment& environment, const std::string& name);

}  // namespace annals::aws
