#include "http/openapi/security.h"

#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

namespace annals::http {
namespace {

using boost::json::array;
using boost::json::object;
using TenantHeader = Access::TenantHeader;

// The names of the ways among the components.
constexpr std::string_view kApiKey = "apiKey";
constexpr std::string_view kBearerKey = "bearerKey";
constexpr std::string_view kTenantSecret = "tenantSecret";
constexpr std::string_view kViewerToken = "viewerToken";
constexpr std::string_view kViewerTokenInQuery = "viewerTokenInQuery";

constexpr std::string_view kTokenName = "token";

object scheme_in(std::string_view place, std::string_view name, std::string_view description) {
  return {{"type", "apiKey"}, {"in", place}, {"name", name}, {"description", description}};
}

object bearer(std::string_view description) {
  return {{"type", "http"}, {"scheme", "bearer"}, {"description", description}};
}

}  // namespace

array security_of(const Access& access) {
  array ways;
  const auto add = [&ways](std::string_view name) { ways.emplace_back(object{{name, array()}}); };
  if (!access.key_roles.empty()) add(kApiKey);
  if (!access.key_roles.empty()) add(kBearerKey);
  if (access.has_tenant_secret) add(kTenantSecret);
  if (access.has_viewer_token) add(kViewerToken);
  if (access.takes_token_in_query) add(kViewerTokenInQuery);
  return ways;
}

bool is_credential(const Access& access, const Parameter& parameter) {
  return access.takes_token_in_query && parameter.place == Parameter::Place::query &&
         parameter.name == kTokenName;
}

object security_schemes() {
  return {{kApiKey, scheme_in("header", "X-API-Key", "A platform key.")},
          {kBearerKey, bearer("The same key.")},
          {kTenantSecret,
           scheme_in("header", "X-Client-Secret", "The tenant's own secret, sent with `X-Client-Id`.")},
          {kViewerToken, bearer("A viewer token, alone. It names its tenant itself.")},
          {kViewerTokenInQuery,
           scheme_in("query", kTokenName, "A viewer token, where a browser cannot send a header.")}};
}

std::vector<Parameter> parameters_of(const Access& access) {
  if (access.tenant_header == TenantHeader::unused) return {};
  const bool is_required = access.tenant_header == TenantHeader::required;
  const bool names_tenant = is_required || access.has_viewer_token;
  return {{.place = Parameter::Place::header,
           .name = "X-Client-Id",
           .type = schemas::text(),
           .summary = names_tenant ? "The tenant; a viewer token names it itself."
                                   : "The tenant, if its own secret is sent.",
           .required = is_required,
           .example = names_tenant ? "7c9e6679-7425-40de-944b-e07fc1f90ae7" : ""}};
}

std::string callers_of(const Access& access) {
  if (access.is_open()) return {};
  if (access.has_signed_link) return "Whoever has the link may call it.";
  std::string text =
      fmt::format("Who may call: keys with the role `{}`{}", fmt::join(access.key_roles, "`, `"),
                  access.is_for_all_tenants ? " for all tenants" : "");
  if (access.has_tenant_secret) text += "; the tenant's own secret";
  if (access.has_viewer_token) text += "; viewer tokens";
  return text + ".";
}

}  // namespace annals::http
