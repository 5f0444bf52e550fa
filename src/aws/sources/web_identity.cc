#include "aws/sources/web_identity.h"

#include <utility>

#include <fmt/format.h>

#include "aws/limited_file.h"
#include "aws/sources/replies.h"
#include "text/ascii.h"

namespace annals::aws {
namespace {

std::string read_token(const WebIdentity& identity) {
  const auto content = read_limited(identity.token_file, kMaxTokenFile);
  if (!content) {
    throw CredentialsError(
        fmt::format("the web identity's token {} {}", identity.token_file, content.error()));
  }
  std::string token(text::trim(*content));
  if (!fits_header(token)) {
    throw CredentialsError(
        fmt::format("the web identity's token {} is empty or no token", identity.token_file));
  }
  return token;
}

}  // namespace

Source web_identity_source(WebIdentity identity, Sts sts) {
  std::string name = identity.name;
  return {.name = std::move(name),
          .fetch = [identity = std::move(identity), sts = std::move(sts)](io::HttpClient& http,
                                                                          Deadline deadline) {
            const AssumeRole call{.action = "AssumeRoleWithWebIdentity",
                                  .role_arn = identity.role_arn,
                                  .session_name = identity.session_name,
                                  .more = {{"WebIdentityToken", read_token(identity)}}};
            return assume_role(sts, call, http, deadline);
          }};
}

FoundSource find_web_identity(const Environment& environment, const std::string& region) {
  constexpr std::string_view kFile = "AWS_WEB_IDENTITY_TOKEN_FILE";
  constexpr std::string_view kRole = "AWS_ROLE_ARN";
  WebIdentity identity{.token_file = value_of(environment, kFile),
                       .role_arn = value_of(environment, kRole),
                       .session_name = value_of(environment, "AWS_ROLE_SESSION_NAME"),
                       .name = fmt::format("a web identity ({})", kFile)};
  if (identity.token_file.empty() && identity.role_arn.empty()) {
    return std::unexpected(fmt::format("{} and {} are not set", kFile, kRole));
  }
  if (identity.token_file.empty())
    throw CredentialsError(fmt::format("{} is set, but {} is not", kRole, kFile));
  if (identity.role_arn.empty())
    throw CredentialsError(fmt::format("{} is set, but {} is not", kFile, kRole));
  return web_identity_source(std::move(identity), find_sts(environment, region));
}

}  // namespace annals::aws
