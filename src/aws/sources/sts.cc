#include "aws/sources/sts.h"

#include <fmt/format.h>

#include "aws/region.h"
#include "aws/sigv4.h"
#include "aws/sources/exchange.h"
#include "aws/sources/replies.h"
#include "text/percent_encoding.h"

namespace annals::aws {
namespace {

constexpr std::size_t kMaxReply = std::size_t{64} << 10U;
constexpr int kOk = 200;

std::string session_name(const AssumeRole& call) {
  if (!call.session_name.empty()) return call.session_name;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("annals-{}", std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

std::string form_of(const AssumeRole& call) {
  std::string form =
      fmt::format("Action={}&Version=2011-06-15&RoleArn={}&RoleSessionName={}", call.action,
                  text::percent_encode(call.role_arn), text::percent_encode(session_name(call)));
  for (const auto& [name, value] : call.more)
    form += fmt::format("&{}={}", name, text::percent_encode(value));
  return form;
}

io::HttpHeaders headers_of(const Sts& sts, const AssumeRole& call, const std::string& form) {
  io::HttpHeaders headers{{"Content-Type", "application/x-www-form-urlencoded"},
                          {"Accept", "application/xml"}};
  if (!call.signer) return headers;
  const auto scheme_end = sts.origin.find("://");
  const SigV4 signer(*call.signer, sts.region, "sts");
  UnsignedRequest request{.method = "POST",
                          .scheme = sts.origin.substr(0, scheme_end),
                          .host = sts.origin.substr(scheme_end + 3),
                          .headers = std::move(headers)};
  return signer.sign(std::move(request), form, std::chrono::system_clock::now()).headers;
}

std::string_view advice_on(std::string_view code, const AssumeRole& call) {
  if (code == "AccessDenied") {
    return call.signer ? "; the role's trust policy and the caller's policy must allow sts:AssumeRole"
                       : "; the role's trust policy must allow sts:AssumeRoleWithWebIdentity";
  }
  if (code == "ExpiredTokenException" || code == "InvalidIdentityToken") {
    return "; the token is not accepted: look whether its file is still being replaced";
  }
  return "";
}

}  // namespace

Sts find_sts(const Environment& environment, const std::string& region) {
  constexpr std::string_view kVariable = "AWS_ENDPOINT_URL_STS";
  const std::string given = value_of(environment, kVariable);
  if (given.empty()) {
    return {.origin = fmt::format("https://sts.{}.{}", region, domain_of(region)), .region = region};
  }
  const auto origin = parse_origin(given);
  if (!origin) throw CredentialsError(fmt::format("{} must be https://host[:port]", kVariable));
  if (!origin->secure && !origin->is_loopback) {
    throw CredentialsError(fmt::format("{} must be https, except on this machine itself", kVariable));
  }
  return {.origin = origin->text, .region = region};
}

Credentials assume_role(const Sts& sts, const AssumeRole& call, io::HttpClient& http, Deadline deadline) {
  const std::string form = form_of(call);
  const io::HttpRequest request{
      .method = "POST", .url = sts.origin + "/", .headers = headers_of(sts, call, form), .body = form};
  try {
    const io::HttpResponse response = exchange(http, request, kMaxReply, {}, deadline);
    if (response.status == kOk) return parse_sts_credentials(response.body, call.action);
    const std::string code = sts_error_code(response.body);
    throw CredentialsError(fmt::format("status {} {}{}", response.status, code, advice_on(code, call)));
  } catch (const std::exception& error) {
    throw CredentialsError(fmt::format("STS at {}: {}", sts.origin, error.what()));
  }
}

}  // namespace annals::aws
