#include "aws/sources/profile_source.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "aws/profiles.h"
#include "aws/sources/container.h"
#include "aws/sources/instance_metadata.h"
#include "aws/sources/program.h"
#include "aws/sources/replies.h"
#include "aws/sources/web_identity.h"

namespace annals::aws {
namespace {

constexpr const char* kId = "aws_access_key_id";
constexpr const char* kSecret = "aws_secret_access_key";

std::string described(const Profile& profile) {
  return fmt::format("the profile [{}] of {}", profile.name, profile.files);
}

/// Returns the keys of a profile, or nullopt if it has none.
std::optional<Credentials> keys_of(const Profile& profile) {
  std::string id = profile.value(kId);
  std::string secret = profile.value(kSecret);
  if (id.empty() && secret.empty()) return std::nullopt;
  if (id.empty() || secret.empty()) {
    throw CredentialsError(fmt::format("{} has no {}", described(profile), id.empty() ? kId : kSecret));
  }
  Credentials credentials{.access_key_id = std::move(id),
                          .secret_access_key = crypto::Secret(std::move(secret))};
  std::string token = profile.value("aws_session_token");
  if (!token.empty()) credentials.session_token.emplace(std::move(token));
  return credentials;
}

Credentials read_again(const Environment& environment, const std::string& name) {
  const Profile profile = read_profile_named(environment, name);
  auto keys = keys_of(profile);
  if (!keys) throw CredentialsError(fmt::format("{} has no {} any more", described(profile), kId));
  return *std::move(keys);
}

Credentials run_program(const std::vector<std::string>& words, const std::string& name, Deadline deadline) {
  constexpr std::size_t kMaxOutput = std::size_t{64} << 10U;
  try {
    return parse_program_credentials(output_of(words, kMaxOutput, deadline));
  } catch (const CredentialsError& error) {
    throw CredentialsError(fmt::format("the program of {}: {}", name, error.what()));
  }
}

Source program_source(const Profile& profile) {
  const std::string name = described(profile);
  auto words = split_command(profile.value("credential_process"));
  if (!words)
    throw CredentialsError(fmt::format("{} has a credential_process with a quote that does not end", name));
  return {.name = name + " (credential_process)",
          .fetch = [words = *std::move(words), name](io::HttpClient& /*http*/, Deadline deadline) {
            return run_program(words, name, deadline);
          }};
}

[[noreturn]] void refuse(const Profile& profile, std::string_view problem) {
  throw CredentialsError(fmt::format("{} {}", described(profile), problem));
}

/// Throws if the profile has its credentials from where they cannot be had.
void refuse_others(const Profile& profile) {
  for (const std::string_view setting : {"sso_session", "sso_start_url", "login_session"}) {
    if (profile.value(setting).empty()) continue;
    refuse(profile,
           fmt::format("signs a person on ({}), which is not supported; give it keys, or choose another "
                       "profile",
                       setting));
  }
}

/// Finds the source of a profile, and of those whose credentials it uses.
class Search {
 public:
  Search(const Environment& environment, const std::string& region, io::HttpClient& http)
      : environment_(environment), region_(region), http_(http) {}

  FoundSource find(const Profile& profile) {
    // The role comes first, as with the AWS tools: keys beside it are those with which it is assumed.
    if (!profile.value("role_arn").empty() || !profile.value("web_identity_token_file").empty()) {
      return role_source(profile);
    }
    return own_source(profile);
  }

 private:
  FoundSource own_source(const Profile& profile) {
    if (auto keys = keys_of(profile)) {
      return Source{.name = described(profile),
                    .fetch = [environment = environment_, name = profile.name](
                                 io::HttpClient& /*http*/,
                                 Deadline /*deadline*/) { return read_again(environment, name); },
                    .first = std::move(keys)};
    }
    if (!profile.value("credential_process").empty()) return program_source(profile);
    refuse_others(profile);
    return std::unexpected(fmt::format("{} has no {}", described(profile), kId));
  }

  FoundSource role_source(const Profile& profile) {
    const std::string role = profile.value("role_arn");
    if (role.empty()) refuse(profile, "has no role_arn");
    const std::string token_file = profile.value("web_identity_token_file");
    if (!token_file.empty()) {
      return web_identity_source({.token_file = token_file,
                                  .role_arn = role,
                                  .session_name = profile.value("role_session_name"),
                                  .name = described(profile) + " (web identity)"},
                                 find_sts(environment_, region_));
    }
    if (!profile.value("mfa_serial").empty()) {
      refuse(profile, "asks for a code of a second factor (mfa_serial), which a service cannot have");
    }
    AssumeRole call{
        .action = "AssumeRole", .role_arn = role, .session_name = profile.value("role_session_name")};
    if (const std::string id = profile.value("external_id"); !id.empty())
      call.more.emplace_back("ExternalId", id);
    if (const std::string life = profile.value("duration_seconds"); !life.empty()) {
      call.more.emplace_back("DurationSeconds", life);
    }
    return Source{.name = described(profile) + " (a role)",
                  .fetch = [sts = find_sts(environment_, region_), call = std::move(call),
                            base = base_of(profile)](io::HttpClient& http, Deadline deadline) {
                    AssumeRole signed_call = call;
                    signed_call.signer = base.fetch(http, deadline);
                    return assume_role(sts, signed_call, http, deadline);
                  }};
  }

  /// Returns where the credentials come from with which the profile's role is assumed.
  Source base_of(const Profile& profile) {
    const std::string from_profile = profile.value("source_profile");
    const std::string from_source = profile.value("credential_source");
    if (from_profile.empty() == from_source.empty()) {
      refuse(profile, "assumes a role and needs either source_profile or credential_source for it");
    }
    FoundSource found =
        from_profile.empty() ? find_by_name(profile, from_source) : find_base(profile, from_profile);
    if (found) return *std::move(found);
    refuse(profile, fmt::format("assumes a role with credentials that are not there: {}", found.error()));
  }

  FoundSource find_base(const Profile& profile, const std::string& name) {
    if (name == profile.name) return own_source(profile);  // its own keys, as with the AWS tools
    seen_.push_back(profile.name);
    if (std::ranges::find(seen_, name) != seen_.end())
      refuse(profile, "has a source_profile that leads back to it");
    return find(read_profile_named(environment_, name));
  }

  FoundSource find_by_name(const Profile& profile, const std::string& name) {
    if (name == "Environment") return find_in_environment(environment_);
    if (name == "EcsContainer") return find_container(environment_);
    if (name == "Ec2InstanceMetadata") return find_instance_metadata(environment_, http_);
    refuse(profile, "has a credential_source other than Environment, EcsContainer and Ec2InstanceMetadata");
  }

  const Environment& environment_;
  const std::string& region_;
  io::HttpClient& http_;
  std::vector<std::string> seen_;
};

}  // namespace

FoundSource find_in_profile(const Environment& environment, const std::string& region, io::HttpClient& http) {
  const auto profile = read_profile(environment);
  if (!profile) return std::unexpected(profile.error());
  return Search(environment, region, http).find(*profile);
}

}  // namespace annals::aws
