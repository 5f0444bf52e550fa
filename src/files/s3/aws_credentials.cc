#include "files/s3/aws_credentials.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "text/ascii.h"

namespace annals::files {
namespace {

using Profile = std::map<std::string, std::string>;

std::string value_of(const AwsEnvironment& environment, std::string_view name) {
  return environment(name).value_or("");
}

/// Returns the settings of one `[profile]`, or nullopt if the file has no such section.
std::optional<Profile> read_profile(std::istream& file, std::string_view wanted) {
  std::optional<Profile> profile;
  bool inside = false;
  for (std::string raw; std::getline(file, raw);) {
    const std::string_view line = text::trim(raw);
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[') && line.ends_with(']')) {
      inside = text::trim(line.substr(1, line.size() - 2)) == wanted;
      if (inside && !profile) profile.emplace();
      continue;
    }
    const auto equals = line.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    profile->insert_or_assign(std::string(text::trim(line.substr(0, equals))),
                              std::string(text::trim(line.substr(equals + 1))));
  }
  return profile;
}

std::filesystem::path credentials_path(const AwsEnvironment& environment) {
  const std::string home = value_of(environment, "HOME");
  const std::string given = value_of(environment, "AWS_SHARED_CREDENTIALS_FILE");
  if (given.starts_with("~/")) return std::filesystem::path(home) / given.substr(2);
  if (!given.empty()) return given;
  if (home.empty()) {
    throw AwsCredentialsError(
        "no AWS credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, nor "
        "AWS_SHARED_CREDENTIALS_FILE, nor HOME is set");
  }
  return std::filesystem::path(home) / ".aws" / "credentials";
}

AwsCredentials made_of(std::string id, std::string secret, std::string token) {
  AwsCredentials credentials{.access_key_id = std::move(id),
                             .secret_access_key = crypto::Secret(std::move(secret))};
  if (!token.empty()) credentials.session_token.emplace(std::move(token));
  return credentials;
}

AwsCredentials from_file(const AwsEnvironment& environment) {
  const std::filesystem::path path = credentials_path(environment);
  const std::string named = value_of(environment, "AWS_PROFILE");
  const std::string name = named.empty() ? "default" : named;

  std::ifstream file(path);
  if (!file) {
    throw AwsCredentialsError(fmt::format(
        "no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and {} cannot be read",
        path.string()));
  }
  std::optional<Profile> profile = read_profile(file, name);
  if (!profile) {
    throw AwsCredentialsError(
        fmt::format("no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and {} has "
                    "no profile [{}]",
                    path.string(), name));
  }
  for (const char* key : {"aws_access_key_id", "aws_secret_access_key"}) {
    if ((*profile)[key].empty()) {
      throw AwsCredentialsError(
          fmt::format("no AWS credentials: the profile [{}] of {} has no {}", name, path.string(), key));
    }
  }
  return made_of((*profile)["aws_access_key_id"], (*profile)["aws_secret_access_key"],
                 (*profile)["aws_session_token"]);
}

}  // namespace

AwsCredentials find_aws_credentials(const AwsEnvironment& environment) {
  std::string id = value_of(environment, "AWS_ACCESS_KEY_ID");
  std::string secret = value_of(environment, "AWS_SECRET_ACCESS_KEY");
  if (id.empty() && secret.empty()) return from_file(environment);
  // Half a pair is a mistake in the environment. The file, perhaps of another account, must not replace it.
  if (id.empty()) throw AwsCredentialsError("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
  if (secret.empty()) throw AwsCredentialsError("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
  return made_of(std::move(id), std::move(secret), value_of(environment, "AWS_SESSION_TOKEN"));
}

AwsCredentials find_aws_credentials() {
  return find_aws_credentials([](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  });
}

}  // namespace annals::files
