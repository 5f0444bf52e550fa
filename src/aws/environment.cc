#include "aws/environment.h"

#include <cstdlib>

#include <fmt/format.h>

#include "text/ascii.h"

namespace annals::aws {
namespace {

constexpr std::string_view kId = "AWS_ACCESS_KEY_ID";
constexpr std::string_view kSecret = "AWS_SECRET_ACCESS_KEY";
constexpr std::string_view kExpiration = "AWS_CREDENTIAL_EXPIRATION";

}  // namespace

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

std::string value_of(const Environment& environment, std::string_view name) {
  return std::string(text::trim(environment(name).value_or("")));
}

FoundSource find_in_environment(const Environment& environment) {
  std::string id = value_of(environment, kId);
  std::string secret = value_of(environment, kSecret);
  if (id.empty() && secret.empty())
    return std::unexpected(fmt::format("{} and {} are not set", kId, kSecret));
  // Half a pair is a mistake. Another source, perhaps of another account, must not replace it.
  if (id.empty()) throw CredentialsError(fmt::format("{} is set, but {} is not", kSecret, kId));
  if (secret.empty()) throw CredentialsError(fmt::format("{} is set, but {} is not", kId, kSecret));

  Credentials credentials{.access_key_id = std::move(id),
                          .secret_access_key = crypto::Secret(std::move(secret))};
  std::string token = value_of(environment, "AWS_SESSION_TOKEN");
  if (!token.empty()) credentials.session_token.emplace(std::move(token));
  const std::string expiration = value_of(environment, kExpiration);
  if (!expiration.empty()) {
    const auto time = parse_expiration(expiration);
    if (!time) throw CredentialsError(fmt::format("{} is not a time as 2026-01-31T12:00:00Z", kExpiration));
    credentials.expires_at = *time;
  }
  return fixed_source("the environment (AWS_ACCESS_KEY_ID)", std::move(credentials));
}

}  // namespace annals::aws
